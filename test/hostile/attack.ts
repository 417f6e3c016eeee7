import { Agent } from 'node:http';
import type { HttpRequest } from '../security/http-request.ts';
import { sendHttp } from '../security/http-request.ts';
import type { Attacker } from './furnish.ts';

/** What attacks are aimed at. */
export interface Target {
  readonly url: string;
  readonly attacker: Attacker;
}

/** Notes what came of an act: a status, or what happened instead. */
export type Note = (outcome: number | string) => void;

/** One way to harm the server: an act, and how often it is done. */
export interface Attack {
  /** The symptom. */
  readonly name: string;
  /** How many acts begin in a minute; as many in a shorter run, for what is limited by the minute. */
  readonly perMinute: number;
  /** No limit holds it: a shorter run has fewer acts. */
  readonly unlimited?: boolean;
  /** The share of the run after which it begins; at once where not given. */
  readonly begins?: number;
  /** How many may be under way: no more begin until one has ended. */
  readonly atOnce: number;
  /** `count` is the number of acts before this one. */
  act(target: Target, note: Note, count: number): Promise<void>;
}

/** What came of an attack. */
export interface Tally {
  readonly name: string;
  readonly begun: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

const agent = new Agent({ keepAlive: true, maxSockets: 200 });

/** Where attackers come from: an address that is not the victim's. */
const FROM = '127.0.0.66';
const EVERY = 20;

/** How long attacks go on, and how many acts there are to one of the usual. */
export interface Span {
  readonly seconds: number;
  readonly scale: number;
}

/** Does all of them side by side. What is under way at the end is not waited for. */
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

  /** Begins what is to have begun after so many milliseconds, as far as there is room. */
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

/** Sends a request with a token, and notes its status. */
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

/** The one whose turn it is. */
export function inTurn<T>(of: readonly T[], count: number): T {
  const one = of[count % of.length];
  if (one === undefined) throw new Error('There is none.');
  return one;
}
