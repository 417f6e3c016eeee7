import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { HttpAnswer } from '../security/http-request.ts';
import { sendHttp } from '../security/http-request.ts';
import { inTurn } from './attack.ts';
import type { Victim } from './seed-accounts.ts';

/** Answers to an ordinary load. Times are in milliseconds. */
export interface VictimFigures {
  readonly gets: readonly number[];
  readonly checks: readonly number[];
  /** Number of unexpected answers, by problem. */
  readonly wrong: Readonly<Record<string, number>>;
}

export interface VictimLoad {
  readonly seconds: number;
  /** Milliseconds. */
  readonly getEvery: number;
  readonly checkEvery: number;
}

/** Timeout of a request, in milliseconds. */
const PATIENCE = 15_000;

const Checked = z.object({ data: z.object({ verified: z.literal(true) }) });

/**
 * Gets domains and checks healthy ones at a steady rate, whether or not the answers to the requests before are there:
 * a server that stands still is not spared those that come meanwhile.
 */
export async function loadAsVictim(url: string, victim: Victim, load: VictimLoad): Promise<VictimFigures> {
  const agent = new Agent({ keepAlive: true });
  const wrong: Record<string, number> = {};
  const ask = async (
    count: number,
    method: string,
    path: string,
    isRight: (answer: HttpAnswer) => boolean,
  ) => {
    const headers = { authorization: `Bearer ${inTurn(victim.tokens, count)}` };
    const start = performance.now();
    const address = `/api/v1/accounts/${victim.account}/domains/${path}`;
    const fault = await Promise.race([
      sendHttp(url, { method, path: address, headers, agent }).then(
        (answer) => (isRight(answer) ? null : `${method} ${answer.status}`),
        (error) => `${method} ${error.code}`,
      ),
      sleep(PATIENCE, `${method} without an answer`, { ref: false }),
    ]);
    if (fault !== null) wrong[fault] = (wrong[fault] ?? 0) + 1;
    return performance.now() - start;
  };
  const get = (count: number) =>
    ask(count, 'GET', `${inTurn(victim.domains, count)}`, ({ status }) => status === 200);
  const check = (count: number) =>
    ask(count, 'POST', `${inTurn(victim.healthy, count)}/verify-dns`, isVerified);
  const [gets, checks] = await Promise.all([
    steadily(load.seconds, load.getEvery, get),
    steadily(load.seconds, load.checkEvery, check),
  ]);
  agent.destroy();
  return { gets, checks, wrong };
}

function isVerified({ status, text }: HttpAnswer): boolean {
  return status === 200 && Checked.safeParse(JSON.parse(text)).success;
}

/** Begins an act at every interval; resolves to all results. */
async function steadily<T>(seconds: number, every: number, act: (count: number) => Promise<T>): Promise<T[]> {
  const begun: Promise<T>[] = [];
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    begun.push(act(begun.length));
    await sleep(Math.max(0, start + begun.length * every - performance.now()));
  }
  return Promise.all(begun);
}
