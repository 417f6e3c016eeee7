import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contender.ts';
import { HttpClient } from '../http-client.ts';
import { TOKEN } from '../letterhead-server.ts';

/** Milliseconds. */
const AFTER_A_REFUSAL = 1000;
const LOOK_EVERY = 500;

/** Asks for a check of each of these domains again and again, each as soon as its last one ended. */
export class StandingChecks implements AsyncDisposable {
  readonly #client: HttpClient;
  readonly #ended: Promise<unknown>;
  readonly #inFlight: number[] = [];
  #stopped = false;

  /** `paths` are those of the domains. */
  constructor({ url }: Contender, paths: readonly string[]) {
    this.#client = new HttpClient(url, TOKEN);
    this.#ended = Promise.all([...paths.map((path) => this.#checkAgain(path)), this.#watch()]);
  }

  /** How many checks were under way, each time that was looked at. */
  get inFlight(): readonly number[] {
    return this.#inFlight;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#ended;
    this.#client[Symbol.dispose]();
  }

  async #checkAgain(path: string): Promise<void> {
    while (!this.#stopped) {
      // Too many at once are refused, and told to come again.
      await this.#client.post(`${path}/verify-dns`, {}).catch(() => sleep(AFTER_A_REFUSAL));
    }
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      await sleep(LOOK_EVERY);
      const metrics = await this.#client.get('/metrics');
      this.#inFlight.push(Number(/^letterhead_checks_in_flight (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN));
    }
  }
}
