// Takes the events of Letterhead, and prints each once it has verified the signature.
//
//   npm install standardwebhooks
//   WEBHOOK_SECRET=whsec_… PORT=8080 node receive.js
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set();

const server = createServer(async (request, response) => {
  const body = Buffer.concat(await Array.fromAsync(request)).toString();
  try {
    webhook.verify(body, request.headers);
  } catch {
    // Not from Letterhead, older than five minutes, or changed on its way.
    response.writeHead(401).end();
    return;
  }
  // An event can arrive more than once, always with the same id.
  const id = request.headers['webhook-id'];
  const { type, timestamp, data } = JSON.parse(body);
  if (!seen.has(id)) process.stdout.write(`${timestamp} ${type} ${data.domain?.domain ?? ''}\n`);
  seen.add(id);
  // Anything else than 2xx, or nothing within 15 seconds, and it is sent again later.
  response.writeHead(204).end();
});

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  process.stdout.write(`Listening on http://127.0.0.1:${server.address().port}/\n`);
});
