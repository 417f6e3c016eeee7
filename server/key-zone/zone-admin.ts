import { LetterheadError, quotedStrings } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { KEY_TTL } from '../records/dns-records.ts';
import { describeFailure } from './describe-failure.ts';
import { PrimaryError } from './primary.ts';
import type { StoreContent } from './store-content.ts';
import { type Difference, type KeyZoneState, type LabelContent, namesOf } from './zone-content.ts';

/** The types of DNS messages stay away from here: clients of the API get those of what it calls. */
interface ZoneAdminDeps {
  readonly zone: string;
  readonly keyZone: {
    readonly state: KeyZoneState;
    compare(): Promise<readonly Difference[]>;
    repair(): Promise<readonly Difference[]>;
  };
  readonly content: StoreContent;
  readonly clock: Clock;
  /** See `findDelegationProblem`. */
  readonly findProblem: () => Promise<string | null>;
}

/** What an operator asks of the key zone. */
export class ZoneAdmin {
  readonly #deps: ZoneAdminDeps;

  constructor(deps: ZoneAdminDeps) {
    this.#deps = deps;
  }

  get zone(): string {
    return this.#deps.zone;
  }

  get status(): Omit<KeyZoneState, 'waitingSince' | 'failure'> & {
    lagSeconds: number;
    failure: string | null;
  } {
    const { waitingSince, failure, ...state } = this.#deps.keyZone.state;
    const lag = waitingSince === null ? 0 : this.#deps.clock().getTime() - waitingSince.getTime();
    return {
      ...state,
      lagSeconds: Math.max(0, Math.round(lag / 1000)),
      failure: failure && describeFailure(failure),
    };
  }

  /** What keeps receivers from finding the zone, in a sentence; null: nothing that is known. */
  findDelegationProblem(): Promise<string | null> {
    return this.#deps.findProblem();
  }

  /** What differs in the zone now. Rejects with `unavailable`, and says why. */
  compare(): Promise<readonly Difference[]> {
    return this.#explained(() => this.#deps.keyZone.compare());
  }

  /** The same, and puts it right. */
  repair(): Promise<readonly Difference[]> {
    return this.#explained(() => this.#deps.keyZone.repair());
  }

  /** What the domains of an account are to have, as lines of a zone file; null: what domains that are gone have left. */
  async export(account: number | null): Promise<string> {
    const { content, zone } = this.#deps;
    const labels: LabelContent[] =
      account === null ? await content.retired() : await Array.fromAsync(content.ofAccount({ id: account }));
    const lines = labels.flatMap((label) => namesOf(label, zone)).map(([name, text]) => zoneLine(name, text));
    return lines.join('');
  }

  async #explained<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof PrimaryError)) throw error;
      throw new LetterheadError('unavailable', describeFailure(error.reason), { cause: error });
    }
  }
}

/** A line of a zone file (RFC 1035 §5.1). */
function zoneLine(name: string, text: string): string {
  return `${name}.\t${KEY_TTL}\tIN\tTXT\t${quotedStrings(text).join(' ')}\n`;
}
