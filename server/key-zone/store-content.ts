import { LetterheadError } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { KEY_ZONE_LIMITS } from '../limits.ts';
import { keyZoneText } from '../records/dns-records.ts';
import { keyOf } from '../records/record-states.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRef, DomainRow } from '../store/interface/domain-row.ts';
import type { RetiredLabel } from '../store/interface/key-zone.ts';
import type { Store } from '../store/store.ts';
import type { LabelContent, ZoneContent } from './zone-content.ts';

interface StoreContentDeps {
  readonly store: Pick<Store, 'accounts' | 'domains' | 'keyZone'>;
  readonly zone: string;
  readonly clock: Clock;
}

const DOMAINS_A_PAGE = 500;

/** What the key zone is to hold, by the domains that there are and the labels that were retired. */
export class StoreContent implements ZoneContent {
  readonly #deps: StoreContentDeps;

  constructor(deps: StoreContentDeps) {
    this.#deps = deps;
  }

  async *all(): AsyncGenerator<LabelContent> {
    // What a domain has goes before what it has given up.
    yield* await this.retired();
    for (const account of await this.#deps.store.accounts.list()) yield* this.ofAccount(account);
  }

  async of({ account, id }: DomainRef): Promise<LabelContent | undefined> {
    const row = await this.#deps.store.domains.get(account, id);
    return row && contentOf(row, this.#deps.zone);
  }

  /** What the domains of an account have; of one that cannot be read, nothing is known, and nothing is touched. */
  async *ofAccount({ id }: Pick<AccountRow, 'id'>): AsyncGenerator<LabelContent> {
    for (let after = 0; ; ) {
      const page = await this.#page(id, after);
      for (const row of page) {
        const content = contentOf(row, this.#deps.zone);
        if (content !== undefined) yield content;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < DOMAINS_A_PAGE) return;
      after = last.id;
    }
  }

  async retired(): Promise<LabelContent[]> {
    const { store, zone, clock } = this.#deps;
    const now = clock();
    const labels = await store.keyZone.retired();
    return labels.filter((one) => one.zone === zone).map((one) => retiredContent(one, now));
  }

  async #page(account: number, after: number): Promise<readonly DomainRow[]> {
    try {
      return await this.#deps.store.domains.list(account, { after, limit: DOMAINS_A_PAGE });
    } catch (error) {
      if (error instanceof LetterheadError && error.code === 'unavailable') return [];
      throw error;
    }
  }
}

/** Undefined: it has no names in this zone. */
export function contentOf(row: DomainRow, zone: string): LabelContent | undefined {
  const { delegation } = row;
  if (delegation?.zone !== zone) return undefined;
  const texts = delegation.selectors.map((selector): [string, string] => {
    const key = keyOf(row, `cname:${selector}`);
    return [selector, keyZoneText(key?.public_key ?? null)];
  });
  const owner = { account: row.account_id, id: row.id };
  return { owner, label: delegation.label, texts: new Map(texts) };
}

/** The keys for a week, for mail under way; then none, until the names go. */
function retiredContent({ label, selectors, keys, retired_at }: RetiredLabel, now: Date): LabelContent {
  const age = now.getTime() - Date.parse(retired_at);
  const key = (at: 0 | 1) => (age < KEY_ZONE_LIMITS.retiredKey ? keys[at] : null);
  const texts: [string, string][] =
    age < KEY_ZONE_LIMITS.retiredName
      ? [
          [selectors[0], keyZoneText(key(0))],
          [selectors[1], keyZoneText(key(1))],
        ]
      : [];
  return { owner: null, label, texts: new Map(texts) };
}
