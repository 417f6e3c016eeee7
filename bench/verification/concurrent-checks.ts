import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../http-client.ts';
import { TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';

/** Milliseconds. */
const RETRY_AFTER = 1000;
const SAMPLE_EVERY = 500;

/** Keeps one check of each of these domains running: the next one starts as soon as the last has ended. */
export class ConcurrentChecks implements AsyncDisposable {
  readonly #client: HttpClient;
  readonly #ended: Promise<unknown>;
  readonly #inFlight: number[] = [];
  #stopped = false;

  /** `paths` are those of the domains. */
  constructor({ url }: MeasuredProcess, paths: readonly string[]) {
    this.#client = new HttpClient(url, TOKEN);
    this.#ended = Promise.all([...paths.map((path) => this.#keepChecking(path)), this.#sample()]);
  }

  /** Checks in flight, one number for each sample. */
  get inFlight(): readonly number[] {
    return this.#inFlight;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#ended;
    this.#client[Symbol.dispose]();
  }

  async #keepChecking(path: string): Promise<void> {
    while (!this.#stopped) {
      // Checks over the limit are rejected, and sent again later.
      await this.#client.post(`${path}/verify-dns`, {}).catch(() => sleep(RETRY_AFTER));
    }
  }

  async #sample(): Promise<void> {
    while (!this.#stopped) {
      await sleep(SAMPLE_EVERY);
      const metrics = await this.#client.get('/metrics');
      this.#inFlight.push(Number(/^letterhead_checks_in_flight (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN));
    }
  }
}
