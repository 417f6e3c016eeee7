import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Attack, Note, Target } from '../attack.ts';
import { inTurn } from '../attack.ts';

const TRICKLE_EVERY = 3000;

/** Sends a text on a new connection, records the status, and keeps the connection open as long as allowed. */
async function hold(
  { url }: Target,
  note: Note,
  said: string,
  stay: (socket: Socket) => Disposable | null,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), localAddress: '127.0.0.66' });
  const closed = once(socket, 'close');
  socket.once('data', (answer: Buffer) =>
    note(/^HTTP\/1\.1 (\d{3})/.exec(answer.toString())?.[1] ?? 'no HTTP'),
  );
  socket.on('data', () => {});
  socket.on('error', () => note('broken'));
  socket.write(said);
  using _ = stay(socket);
  await closed;
}

function trickle(socket: Socket): Disposable {
  const timer = setInterval(() => socket.writable && socket.write(' '), TRICKLE_EVERY);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Many connections that cost the client nothing. */
export const CONNECTIONS: readonly Attack[] = [
  {
    name: 'bodies that trickle in on 1,050 connections',
    perMinute: 2100,
    atOnce: 1050,
    // While these fill the limit, the attacker's other bodies are refused.
    begins: 0.6,
    act(target, note, count) {
      const { account, minted } = target.attacker;
      const head = [
        `POST /api/v1/accounts/${account}/domains HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${inTurn(minted, count)}`,
        'Content-Type: application/json',
        'Content-Length: 60000',
      ];
      return hold(target, note, `${head.join('\r\n')}\r\n\r\n{`, trickle);
    },
  },
  {
    name: '1,000 streams of events',
    perMinute: 1000,
    atOnce: 1000,
    act(target, note, count) {
      const { account, minted } = target.attacker;
      const input = encodeURIComponent(JSON.stringify({ json: { account } }));
      const head = [
        `GET /trpc/events.stream?input=${input} HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${inTurn(minted, count)}`,
        'Accept: text/event-stream',
      ];
      return hold(target, note, `${head.join('\r\n')}\r\n\r\n`, () => null);
    },
  },
];
