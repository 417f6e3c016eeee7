import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';

/** When a process was killed, by `performance.now()`. */
export interface Kill {
  readonly began: number;
  readonly ended: number;
}

/** How long clients are at work before something is killed, and after it, at most, in milliseconds. */
const LONGEST_LIFE = 500;

/** Kills one of the processes at a random moment of the clients' work, and lets that end a while later. */
export async function killWhile(
  { kill }: Fleet,
  random: () => number,
  work: (over: AbortSignal) => readonly Promise<void>[],
): Promise<Kill> {
  const over = new AbortController();
  const clients = work(over.signal);
  await sleep(random() * LONGEST_LIFE);
  const began = performance.now();
  await kill(random());
  const ended = performance.now();
  await sleep(random() * LONGEST_LIFE);
  over.abort();
  await Promise.all(clients);
  return { began, ended };
}
