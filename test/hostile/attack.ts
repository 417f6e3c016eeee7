import { Agent } from 'node:http';
import type { HttpRequest } from '../security/http-request.ts';
import { sendHttp } from '../security/http-request.ts';
import type { Attacker } from './seed-accounts.ts';

/** Target of attacks. */
export interface Target {
  readonly url: string;
  readonly attacker: Attacker;
}

/** Records the result of an act: a status, or what happened instead. */
export type Note = (outcome: number | string) => void;

/** An attack: an act and its rate. */
export interface Attack {
  /** The symptom. */
  readonly name: string;
  /** Acts per minute; the same number in a shorter run, because rate limits count per minute. */
  readonly perMinute: number;
  /** Not rate-limited: a shorter run has fewer acts. */
  readonly unlimited?: boolean;
  /** The part of the run after which it begins; 0 by default. */
  readonly begins?: number;
  /** Maximum number in flight. */
  readonly atOnce: number;
  /** `count` is the number of acts before this one. */
  act(target: Target, note: Note, count: number): Promise<void>;
}

/** Result of an attack. */
export interface Tally {
  readonly name: string;
  readonly begun: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

const agent = new Agent({ keepAlive: true, maxSockets: 200 });

/** Source address of attackers, which is not the victim's. */
const FROM = '127.0.0.66';
const EVERY = 20;

/** Duration of attacks, and a factor for their rate. */
export interface Span {
  readonly seconds: number;
  readonly scale: number;
}

/** Runs all of them concurrently. Does not wait for acts in flight at the end. */
export async function attackFor(attacks: readonly Attack[], target: Target, span: Span): Promise<Tally[]> {
  const running = attacks.map((attack) => new Running(attack, target, span));
  const start = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    const passed = performance.now() - start;
    if (passed > span.seconds * 1000) resolve();
    else for (const one of running) one.beginUpTo(passed);
  }, EVERY);
  await promise;
  clearInterval(timer);
  return running.map(({ tally }) => tally);
}

class Running {
  readonly #attack: Attack;
  readonly #target: Target;
  /** Acts a millisecond. */
  readonly #rate: number;
  /** Milliseconds after the run's beginning. */
  readonly #delay: number;
  readonly #outcomes: Record<string, number> = {};
  #begun = 0;
  #underWay = 0;

  constructor(attack: Attack, target: Target, { seconds, scale }: Span) {
    this.#attack = attack;
    this.#target = target;
    const { perMinute, unlimited = false, begins = 0 } = attack;
    this.#rate = (scale * perMinute) / (1000 * (unlimited ? 60 : Math.min(60, seconds)));
    this.#delay = 1000 * seconds * begins;
  }

  get tally(): Tally {
    return { name: this.#attack.name, begun: this.#begun, outcomes: this.#outcomes };
  }

  /** Begins the acts that are due after this many milliseconds, within the limit in flight. */
  beginUpTo(passed: number): void {
    let room = this.#attack.atOnce - this.#underWay;
    for (; room > 0 && this.#begun <= (passed - this.#delay) * this.#rate; room -= 1) void this.#begin();
  }

  async #begin(): Promise<void> {
    const count = this.#begun;
    this.#begun += 1;
    this.#underWay += 1;
    const note: Note = (outcome) => {
      this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    };
    try {
      await this.#attack.act(this.#target, note, count);
    } catch (error) {
      note(error instanceof Error && 'code' in error ? String(error.code) : String(error));
    }
    this.#underWay -= 1;
  }
}

/** Sends a request with a token, and records its status. */
export async function send(
  { url }: Target,
  note: Note,
  token: string | null,
  request: HttpRequest,
): Promise<string> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...authorization, ...request.headers };
  const { status, text } = await sendHttp(url, { ...request, headers, from: FROM, agent });
  note(status);
  return text;
}

/** Selects the values in rotation. */
export function inTurn<T>(of: readonly T[], count: number): T {
  const one = of[count % of.length];
  if (one === undefined) throw new Error('There is none.');
  return one;
}
