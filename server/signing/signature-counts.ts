import type { SignatureCount } from '@letterhead/shared';
import type { Clock } from '../instant.ts';

/** How many messages each domain has signed today, in UTC: counted in this process, and forgotten when it stops. */
export class SignatureCounts {
  readonly #clock: Clock;
  readonly #byDomain = new Map<number, number>();
  #since: Date;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock();
  }

  add(domain: number): void {
    this.#beginDay();
    this.#byDomain.set(domain, (this.#byDomain.get(domain) ?? 0) + 1);
  }

  of(domain: number): SignatureCount {
    this.#beginDay();
    return { signed_today: this.#byDomain.get(domain) ?? 0, since: this.#since };
  }

  #beginDay(): void {
    const midnight = new Date(this.#clock());
    midnight.setUTCHours(0, 0, 0, 0);
    if (midnight <= this.#since) return;
    this.#since = midnight;
    this.#byDomain.clear();
  }
}
