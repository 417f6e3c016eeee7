import type { Actor, Diagnosis, DomainStatus, EventType } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { KeyCipher } from '../keys/key-encryption.ts';
import { keyFingerprint } from '../keys/key-fingerprint.ts';
import type { KeyPair, KeySource } from '../keys/key-source.ts';
import type { CheckRequest } from '../monitor/check-job.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { firstCheckTimes } from '../monitor/schedule.ts';
import { makeSelector, returnPathToken } from '../records/record-names.ts';
import { activeKeyOf, dkimStateOf, identityFields } from '../records/record-states.ts';
import type {
  AccountRow,
  DomainChange,
  DomainFilter,
  DomainRow,
  JsonValue,
  NewEvent,
  Store,
  TokenRow,
} from '../store/store.ts';
import { checkDates, diagnose } from '../verification/diagnose.ts';
import { readKeptDiagnosis } from '../verification/kept-diagnosis.ts';
import { statusOf } from '../verification/record-state.ts';
import type { DomainName } from './domain-name.ts';

/** How many earlier keys of a domain are recognised: a row must not grow with every rename. */
const MAX_PREVIOUS_KEYS = 50;

/** Of the keys that a `KeySource` gives. */
const KEY_BITS = 2048;

/** What the domains need from elsewhere. */
export interface DomainsDeps {
  readonly store: Store;
  readonly keys: KeySource;
  readonly cipher: KeyCipher;
  readonly clock: Clock;
  /** Cryptographically strong bytes. */
  readonly random: (size: number) => Uint8Array;
  /** Where bounces go; null: no Return-Path record is handed out. */
  readonly returnPathHost: string | null;
  readonly maxDomainsPerAccount: number;
  readonly monitor: Pick<Monitor, 'verifyNow'>;
  /** The links to a domain go with it. */
  readonly shares: { revocations(rows: readonly TokenRow[], domain: DomainRow, actor: Actor): NewEvent[] };
}

/** The life of a sending domain: made with a key of its own, renamed, deleted. */
export class Domains {
  readonly #deps: DomainsDeps;

  constructor(deps: DomainsDeps) {
    this.#deps = deps;
  }

  get(account: AccountRow, id: number): Promise<DomainRow | undefined> {
    return this.#deps.store.domains.get(account.id, id);
  }

  /** By id. `next` is the id after which the next page begins; null on the last one. */
  async list(
    account: AccountRow,
    filter: DomainFilter,
  ): Promise<{ rows: readonly DomainRow[]; next: number | null }> {
    const { limit } = filter;
    if (limit === undefined)
      return { rows: await this.#deps.store.domains.list(account.id, filter), next: null };
    const rows = await this.#deps.store.domains.list(account.id, { ...filter, limit: limit + 1 });
    const page = rows.slice(0, limit);
    return { rows: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
  }

  /** Rejects with `domain_taken` or `quota_exceeded`. */
  async create(account: AccountRow, name: DomainName, actor: Actor): Promise<DomainRow> {
    await this.#checkNotTaken(account, name);
    await this.#checkQuota(account);
    const identity = await this.#makeMailIdentity(account.id);
    const now = toInstant(this.#deps.clock());
    const change = await this.#deps.store.domains.create({
      account: account.id,
      name: name.name,
      limit: this.#deps.maxDomainsPerAccount,
      build: (id) =>
        this.#scheduleFirstCheck({
          id,
          account_id: account.id,
          domain: name.name,
          subdomain: name.subdomain,
          ...this.#identityFields(identity, { account: account.id, domain: id, key: 1 }, now),
          previous_keys: [],
          checks: null,
          created_at: now,
          updated_at: now,
        }),
      event: (row) => this.#event('domain.created', row, actor, {}),
    });
    return this.#toRow(change, account, name);
  }

  /** To another name: with a new key, selector and token. To the same name: changes nothing. */
  async rename(account: AccountRow, row: DomainRow, name: DomainName, actor: Actor): Promise<DomainRow> {
    if (row.domain === name.name) return row;
    await this.#checkNotTaken(account, name);
    const identity = await this.#makeMailIdentity(account.id);
    const now = toInstant(this.#deps.clock());
    const change = await this.#deps.store.domains.update(account.id, row.id, (current) => {
      if (current.domain === name.name) return null;
      return {
        row: this.#scheduleFirstCheck({
          ...current,
          domain: name.name,
          subdomain: name.subdomain,
          ...this.#identityFields(
            identity,
            { account: account.id, domain: row.id, key: nextKeyId(current) },
            now,
          ),
          previous_keys: [...current.previous_keys, keyFingerprint(activeKeyOf(current).public_key)].slice(
            -MAX_PREVIOUS_KEYS,
          ),
          updated_at: now,
        }),
        events: [
          this.#event('domain.renamed', { id: row.id, domain: name.name }, actor, {
            domain: { from: current.domain, to: name.name },
          }),
        ],
      };
    });
    return this.#toRow(change, account, name);
  }

  /** With its key and its share links: mail signed with it can't be verified once the record is gone. */
  async remove(account: AccountRow, row: DomainRow, actor: Actor): Promise<void> {
    const { store, shares } = this.#deps;
    const gone = await store.domains.delete(account.id, row.id, (current, links) => [
      this.#event('domain.deleted', current, actor, {}),
      ...shares.revocations(links, current, actor),
    ]);
    if (!gone) throw noSuchDomain(account, row.id);
  }

  /** Asks DNS now and answers with the domain as it then is. Rejects with `not_found` where it is gone meanwhile. */
  async verify(account: AccountRow, row: DomainRow, request: CheckRequest): Promise<DomainRow> {
    const checked = await this.#deps.monitor.verifyNow({ account: account.id, id: row.id }, request);
    if (checked === undefined) throw noSuchDomain(account, row.id);
    return checked;
  }

  /** Where each domain stands, by id. */
  async statuses(account: AccountRow): Promise<DomainStatus[]> {
    const now = this.#deps.clock();
    const rows = await this.#deps.store.domains.list(account.id, {});
    return rows.map((row) => ({
      id: row.id,
      status: statusOf(dkimStateOf(row), now),
      ...checkDates(row.checks),
      // Its checks have stopped.
      ...(account.suspended ? { next_check_at: null } : {}),
    }));
  }

  /** Why the domain is, or is not, verified: what the last check found out. Asks no DNS, and judges nothing. */
  async diagnosis(account: AccountRow, row: DomainRow): Promise<Diagnosis> {
    const { store, clock } = this.#deps;
    const stored = readKeptDiagnosis(row, await store.checks.evidence(account.id, row.id));
    return diagnose(row, stored, clock());
  }

  /** What can only be refused must not cost a key. The store decides again, atomically. */
  async #checkNotTaken(account: AccountRow, name: DomainName): Promise<void> {
    const [by] = await this.#deps.store.domains.list(account.id, { domain: name.name });
    if (by !== undefined) throw domainTaken(account, name, by);
  }

  async #checkQuota(account: AccountRow): Promise<void> {
    const { store, maxDomainsPerAccount: limit } = this.#deps;
    if ((await store.domains.list(account.id, {})).length >= limit) throw accountFull(limit);
  }

  async #makeMailIdentity(account: number): Promise<{ pair: KeyPair; selector: string; token: string }> {
    return {
      pair: await this.#deps.keys.take(account),
      selector: makeSelector(this.#deps.random),
      token: returnPathToken(this.#deps.random),
    };
  }

  #identityFields(
    { pair, selector, token }: { pair: KeyPair; selector: string; token: string },
    owner: { account: number; domain: number; key: number },
    now: string,
  ): Pick<DomainRow, 'verified' | 'keys' | 'records'> {
    const { returnPathHost: host, cipher } = this.#deps;
    const { account, domain, key: keyId } = owner;
    return identityFields(
      {
        keyId,
        selector,
        publicKey: pair.publicKey,
        bits: KEY_BITS,
        privateKey: cipher.encrypt(pair.privateKey, { account, domain }),
        returnPath: host === null ? null : `${token}.${host}`,
      },
      now,
    );
  }

  /** A domain whose records are new is checked by the schedule of new ones. */
  #scheduleFirstCheck(row: DomainRow): DomainRow {
    return { ...row, checks: firstCheckTimes(row, this.#deps.random) };
  }

  #toRow(change: DomainChange, account: AccountRow, name: DomainName): DomainRow {
    switch (change.kind) {
      case 'written':
      case 'unchanged':
        return change.row;
      case 'taken':
        throw domainTaken(account, name, change.by);
      case 'full':
        throw accountFull(change.limit);
      case 'gone':
        throw new LetterheadError('not_found', `Account ${account.id} no longer has this domain.`);
    }
  }

  #event(
    type: EventType,
    row: Pick<DomainRow, 'id' | 'domain'>,
    actor: Actor,
    changes: Record<string, JsonValue>,
  ): NewEvent {
    return {
      type,
      domain: { id: row.id, name: row.domain },
      actor,
      at: toInstant(this.#deps.clock()),
      changes,
    };
  }
}

function nextKeyId({ keys }: DomainRow): number {
  return Math.max(0, ...keys.map(({ id }) => id)) + 1;
}

/** `not_found` for an id that this account has no domain with. */
export function noSuchDomain(account: AccountRow, id: number): LetterheadError {
  return new LetterheadError('not_found', `Account ${account.id} has no domain ${id}.`);
}

function accountFull(limit: number): LetterheadError {
  return new LetterheadError(
    'quota_exceeded',
    `This account holds its ${limit} domains already. Remove one, or ask the operator for more.`,
  );
}

function domainTaken(account: AccountRow, name: DomainName, by: DomainRow): LetterheadError {
  const message = `Account ${account.id} holds ${name.name} already: it is domain ${by.id}.`;
  return new LetterheadError('domain_taken', message, { errors: { domain: [message] } });
}
