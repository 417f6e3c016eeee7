import type { Method, Methods, Request, Response } from './messages.ts';

type Handlers = {
  [M in Method]?: (params: Methods[M]['params']) => Promise<Methods[M]['result']>;
};

/** What a script offers to the benchmark that started it. */
export interface Child {
  /** Where it answers over HTTP; null where it doesn't. */
  readonly url: string | null;
  readonly handlers?: Handlers;
  stop(): Promise<void>;
}

/** Options of this process: the object that `startProcess` was given. */
export function childOptions<Options>(): Options {
  // Both ends are the benchmark's own, and name the same type.
  return JSON.parse(process.argv[2] ?? 'null') as Options;
}

/** Reports that the process is ready, and answers until the benchmark disconnects. */
export function serveParent({ url, handlers = {}, stop }: Child): void {
  const all: Handlers = {
    async usage() {
      const { user, system } = process.cpuUsage();
      return { cpu: user + system, memory: process.memoryUsage.rss() };
    },
    ...handlers,
  };
  process.on('message', (request: Request) => void answer(all, request).then(send));
  process.on('disconnect', () => void stop());
  send({ kind: 'ready', url });
}

async function answer<M extends Method>(
  handlers: Handlers,
  { id, method, params }: Request<M>,
): Promise<Response> {
  const handler = handlers[method];
  if (handler === undefined) return { kind: 'failure', id, message: `This process has no ${method}.` };
  try {
    return { kind: 'answer', id, result: await handler(params) };
  } catch (error) {
    return {
      kind: 'failure',
      id,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function send(response: Response): void {
  process.send?.(response);
}
