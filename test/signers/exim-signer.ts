import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../receivers/receiver.ts';

const settingsIn = (spool: string, tables: string, port: number) => `
primary_hostname = sender.example
spool_directory = ${spool}
log_file_path = ${spool}/%slog
keep_environment =
begin routers
out:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = smtp
begin transports
smtp:
  driver = smtp
  port = ${port}
  hosts_try_fastopen =
  dkim_domain = \${lookup{\${domain:\${address:$h_from:}}}lsearch{${tables}/selectors}{\${domain:\${address:$h_from:}}}{}}
  dkim_selector = \${lookup{$dkim_domain}lsearch{${tables}/selectors}}
  dkim_private_key = \${lookup{$dkim_domain}lsearch{${tables}/private_keys}}
`;

/** What Debian's Exim sends of a message, which signs with the tables of an export. */
export async function sendWithExim(tables: string, message: string): Promise<Buffer> {
  const received = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => receive(socket).then(received.resolve, received.reject));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It was just bound to a port.
  const { port } = server.address() as AddressInfo;
  const spool = join(tables, 'spool');
  await mkdir(spool, { recursive: true });
  // It drops root's rights before it writes there.
  await chmod(spool, 0o777);
  await writeFile(join(tables, 'exim.conf'), settingsIn(spool, tables, port));
  try {
    const args = ['-C', join(tables, 'exim.conf'), '-odi', '-f', 'help@example.org', 'b@example.net'];
    const said = await run('exim', args, { input: message });
    return await Promise.race([
      received.promise,
      new Promise<never>((_, reject) => setImmediate(() => reject(new Error(`Exim sent nothing: ${said}`)))),
    ]);
  } finally {
    server.close();
  }
}

/** The server's side of one SMTP session. */
async function receive(socket: Socket): Promise<Buffer> {
  socket.write('220 receiver.example\r\n');
  const lines: string[] = [];
  let isData = false;
  for await (const line of createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (isData && line !== '.') lines.push(line.replace(/^\./, ''));
    else if (isData) {
      isData = false;
      socket.write('250 OK\r\n');
    } else if (line === 'DATA') {
      isData = true;
      socket.write('354 Go on\r\n');
    } else if (line === 'QUIT') socket.end('221 Bye\r\n');
    else socket.write('250 OK\r\n');
  }
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
}
