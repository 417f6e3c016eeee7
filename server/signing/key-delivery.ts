import { LetterheadError } from '@letterhead/shared';
import type { Identity } from '../auth/identity.ts';
import { DomainNameSchema } from '../domains/domain-name.ts';
import { type Clock, toInstant } from '../instant.ts';
import { DELIVERY_LIMITS } from '../limits.ts';
import { activeKeyOf, dkimStateOf } from '../records/record-states.ts';
import { domainEvent } from '../store/domain-event.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { Store } from '../store/store.ts';
import { namesAbove, nearestFirst } from './nearest-domain.ts';
import type { OpenedKeys } from './opened-keys.ts';

export interface KeyDeliveryDeps {
  readonly store: Store;
  readonly openedKeys: OpenedKeys;
  readonly clock: Clock;
  /** Told of every key that is delivered, by the account that it belongs to. */
  readonly onDelivered: (account: number) => void;
}

/** A key as mail servers take it from a vault. `alg` is the key's type; times are in seconds since 1970. */
export interface DeliveredKey {
  readonly domain: string;
  readonly selector: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  readonly alg: 'rsa';
  readonly valid_start: number;
  readonly valid_end: number;
}

/** The end of the year 9999: a key is valid until it is not delivered any more, and mail servers read no null. */
const NO_END = 253_402_300_799;

/** Gives mail servers the private keys that they sign with. */
export class KeyDelivery {
  readonly #deps: KeyDeliveryDeps;
  /** What was told today: `<token> <domain>`, with the write of its event. */
  #told = new Map<string, Promise<void>>();
  #day = '';

  constructor(deps: KeyDeliveryDeps) {
    this.#deps = deps;
  }

  /**
   * The active keys, with a verified record, of the nearest domain that is this name or holds it: of the caller's
   * account; for an administrator, of every account: a `DeliveredKey` each, as JSON. Rejects with `not_found` where there
   * is none.
   */
  async deliver(identity: Identity, text: string): Promise<string[]> {
    const name = toName(text);
    const held = name === null ? [] : nearestFirst(await this.#held(identity, namesAbove(name)));
    const nearest = held[0]?.domain;
    const verified = held.filter((row) => row.domain === nearest && dkimStateOf(row).verified);
    if (verified.length === 0) throw noKey(nearest);
    for (const row of verified) await this.#tell(identity, row);
    return verified.map((row) => this.#toDelivered(row));
  }

  /** A private key in PEM, for whoever holds the data folder; null if the domain does not sign with this selector. */
  async open(account: number, id: number, selector: string): Promise<string | null> {
    const row = await this.#deps.store.domains.get(account, id);
    if (row === undefined) return null;
    const active = activeKeyOf(row);
    return active.selector === selector
      ? this.#deps.openedKeys.toPem(active.private_key, { account, domain: id })
      : null;
  }

  async #held({ scopes, account }: Identity, names: readonly string[]): Promise<readonly DomainRow[]> {
    const { store } = this.#deps;
    if (!scopes.includes('admin'))
      return account === null ? [] : store.domains.list(account.id, { domains: names });
    const rows = await store.domains.named(names);
    const accounts = await Promise.all(rows.map(({ account_id }) => store.accounts.get(account_id)));
    return rows.filter((_, at) => accounts[at]?.suspended === false);
  }

  #toDelivered(row: DomainRow): string {
    const { account_id, id, domain } = row;
    const { selector, created_at, private_key } = activeKeyOf(row);
    const owner = { account: account_id, domain: id };
    const delivered = this.#deps.openedKeys.toDelivered(private_key, owner, (key) => {
      const valid_start = Date.parse(created_at) / 1000;
      const selected: DeliveredKey = { domain, selector, key, alg: 'rsa', valid_start, valid_end: NO_END };
      return JSON.stringify(selected);
    });
    this.#deps.onDelivered(account_id);
    return delivered;
  }

  /** Writes an event of the first delivery of a day, before the key leaves. A restart begins the day again. */
  async #tell(identity: Identity, row: DomainRow): Promise<void> {
    const at = toInstant(this.#deps.clock());
    const day = at.slice(0, 10);
    if (day !== this.#day || this.#told.size >= DELIVERY_LIMITS.remembered) this.#told = new Map();
    this.#day = day;
    const first = `${identity.token?.id} ${row.id}`;
    const told = this.#told.get(first) ?? this.#writeEvent(identity, row, at);
    this.#told.set(first, told);
    try {
      await told;
    } catch (error) {
      if (this.#told.get(first) === told) this.#told.delete(first);
      throw error;
    }
  }

  async #writeEvent({ actor }: Identity, { account_id, id }: DomainRow, at: string): Promise<void> {
    await this.#deps.store.domains.update(account_id, id, (row) => {
      const { id: key_id, selector } = activeKeyOf(row);
      return { row, events: [domainEvent('key.delivered', row, { actor, at }, { key_id, selector })] };
    });
  }
}

/** A name as domains have it; null if it is none. What is spelt so already is looked up as it is, which is cheaper. */
function toName(text: string): string | null {
  if (/^[a-z0-9.-]{1,252}[a-z0-9]$/.test(text)) return text;
  return DomainNameSchema.safeParse(text).data?.name ?? null;
}

/** `held`: the domain whose record is not verified; undefined if there is none. */
function noKey(held: string | undefined): LetterheadError {
  return new LetterheadError(
    'not_found',
    held === undefined
      ? 'There is no domain of this name, or above it.'
      : `The DKIM record of ${held} is not verified, so nothing is signed with its key.`,
  );
}
