import type { Asked, Question, Questions, Told } from './contender-messages.ts';

type Answerers = {
  [Q in Question]?: (asked: Questions[Q]['asked']) => Promise<Questions[Q]['answer']>;
};

/** What a contender's process offers to the benchmark that started it. */
export interface ContenderProcess {
  /** Where it answers over HTTP; null where it doesn't. */
  readonly url: string | null;
  readonly answerers?: Answerers;
  stop(): Promise<void>;
}

/** What the benchmark wants of this process: the object that `startContender` was given. */
export function contenderOptions<Options>(): Options {
  // Both ends are the benchmark's own, and name the same type.
  return JSON.parse(process.argv[2] ?? 'null') as Options;
}

/** Says that the contender is ready, and answers until the benchmark lets go of it. */
export function contend({ url, answerers = {}, stop }: ContenderProcess): void {
  const all: Answerers = {
    async usage() {
      const { user, system } = process.cpuUsage();
      return { cpu: user + system, memory: process.memoryUsage.rss() };
    },
    ...answerers,
  };
  process.on('message', (asked: Asked) => void answer(all, asked).then(tell));
  process.on('disconnect', () => void stop());
  tell({ kind: 'ready', url });
}

async function answer<Q extends Question>(
  answerers: Answerers,
  { id, question, asked }: Asked<Q>,
): Promise<Told> {
  const answerer = answerers[question];
  if (answerer === undefined) return { kind: 'failure', id, message: `This contender has no ${question}.` };
  try {
    return { kind: 'answer', id, answer: await answerer(asked) };
  } catch (error) {
    return {
      kind: 'failure',
      id,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function tell(told: Told): void {
  process.send?.(told);
}
