import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { addressOf } from '../../bench/free-port.ts';

/** What arrived at a receiver. */
export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parsed body, looked at by tests as they need. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it, and fail where it has another shape.
  readonly payload: any;
  /** By `performance.now`, in milliseconds. */
  readonly at: number;
}

type Answer = (response: ServerResponse, request: IncomingMessage, received: Received) => void;

/** A real HTTP server that takes webhooks on loopback, and answers as it is told to. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** How it answers from now on; 204 at first. */
  answer: Answer;
  /** The most requests that were under way at once. */
  readonly mostAtOnce: number;
  /** Resolves once so many have arrived. */
  until(count: number): Promise<readonly Received[]>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let waiting: { readonly count: number; readonly done: () => void }[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  const receiver = { answer: answerWith(204) };
  const server = createServer((request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    response.on('close', () => underWay--);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const id = String(request.headers['webhook-id']);
      const one = { id, headers: request.headers, body, payload: JSON.parse(body), at: performance.now() };
      received.push(one);
      receiver.answer(response, request, one);
      for (const { done } of waiting.filter(({ count }) => received.length >= count)) done();
      waiting = waiting.filter(({ count }) => received.length < count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(server);
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    port,
    received,
    get answer() {
      return receiver.answer;
    },
    set answer(answer) {
      receiver.answer = answer;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async until(count) {
      if (received.length < count)
        await new Promise<void>((done) => {
          waiting.push({ count, done });
        });
      return received;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answerWith(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Throws where the signature is not that of the secret. */
export function verify(secret: string, { body, headers }: Received): unknown {
  return new Webhook(secret).verify(body, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });
}
