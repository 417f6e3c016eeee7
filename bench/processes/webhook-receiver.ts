import { createServer } from 'node:http';
import { serveParent } from '../child.ts';
import { addressOf } from '../free-port.ts';

/** Takes webhooks, and counts them. */
let count = 0;
let body = '';

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    count++;
    body = Buffer.concat(chunks).toString();
    response.writeHead(204).end();
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = addressOf(server);

serveParent({
  url: `http://127.0.0.1:${port}`,
  handlers: { received: async () => ({ count, body }) },
  async stop() {
    server.closeAllConnections();
    server.close();
  },
});
