import type { Actor, Diagnosis, DomainStatus, ImportedKey } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { tokenEvent } from '../auth/new-token.ts';
import type { RateLimits } from '../auth/rate-limits.ts';
import { toInstant } from '../instant.ts';
import type { ParsedKey } from '../keys/private-key.ts';
import { withPrevious } from '../keys/rotation.ts';
import type { CheckRequest } from '../monitor/check-job.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { firstCheckTimes } from '../monitor/schedule.ts';
import { activeKeyOf, dkimStateOf, identityFields } from '../records/record-states.ts';
import { type Cause, domainEvent } from '../store/domain-event.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { DomainChange, DomainCreation, DomainFilter } from '../store/interface/domains.ts';
import type { Store } from '../store/store.ts';
import { diagnose } from '../verification/diagnose.ts';
import { domainStatus } from '../verification/domain-status.ts';
import { readKeptDiagnosis } from '../verification/kept-diagnosis.ts';
import type { DomainName } from './domain-name.ts';
import { readImportedKey, refuseLongSelector, refuseUnproved } from './import-key.ts';
import type { KeyZoneHint } from './key-rotation.ts';
import type { IdentityDeps, IdentityOf } from './mail-identity.ts';
import { importedIdentity, makeIdentity } from './mail-identity.ts';

export interface DomainsDeps extends IdentityDeps {
  readonly store: Store;
  readonly maxDomainsPerAccount: number;
  readonly limits: Pick<RateLimits, 'takeLasting'>;
  /** Where keys of new domains are published; without a zone, by TXT records. */
  readonly keyZone: KeyZoneHint;
  readonly monitor: Pick<Monitor, 'verifyNow' | 'preview' | 'keepPreview'>;
  /** Keys that are open in memory. */
  readonly openedKeys: { forget(domain: number): void };
}

/** A key to import, with the names that it has. */
export interface KeyImport {
  readonly name: DomainName;
  readonly selector: string;
  readonly privateKey: string;
  /** Takes it without looking in the DNS. */
  readonly unproved: boolean;
  readonly dryRun: boolean;
}

export interface ImportedDomain {
  readonly outcome: ImportedKey['outcome'];
  /** Null where nothing was to be changed. */
  readonly row: DomainRow | null;
  readonly key: ParsedKey;
  readonly isProved: boolean;
}

/** The sending domains of accounts. */
export class Domains {
  readonly #deps: DomainsDeps;

  constructor(deps: DomainsDeps) {
    this.#deps = deps;
  }

  /** Rejects with `not_found`. */
  async get(account: AccountRow, id: number): Promise<DomainRow> {
    const row = await this.#deps.store.domains.get(account.id, id);
    if (row === undefined) throw noSuchDomain(account, id);
    return row;
  }

  /** Ordered by id. `next` is the id after which the next page begins; null on the last one. */
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

  /** Rejects with `domain_taken` or `quota_exceeded`. `selector`: instead of a random one. */
  async create(account: AccountRow, name: DomainName, actor: Actor, selector?: string): Promise<DomainRow> {
    // A refusal takes no key: making one costs more than a refusal may.
    const { zone } = this.#deps.keyZone;
    const prepare = async () => {
      if (zone !== null) await this.#takeLasting(account, actor);
      const identityOf = await makeIdentity(this.#deps, account.id, zone, selector);
      const build = this.#build(account, name, identityOf);
      if (selector !== undefined) refuseLongSelector(build(0));
      return build;
    };
    return this.#write(account, name, prepare, (row) => [
      domainEvent('domain.created', row, this.#cause(actor), {}),
    ]);
  }

  /**
   * Creates a domain with a key that it had elsewhere, once that is found in the DNS. Changes nothing where the account
   * has the domain with this key. Rejects with `invalid`, `domain_taken` or `quota_exceeded`.
   */
  async import(account: AccountRow, input: KeyImport, actor: Actor): Promise<ImportedDomain> {
    const { name, selector, unproved, dryRun } = input;
    const key = await readImportedKey(input.privateKey, this.#deps.random);
    const { store, maxDomainsPerAccount: limit } = this.#deps;
    const obstacle = await store.domains.findObstacle(account.id, name.name, limit);
    if (obstacle?.kind === 'taken' && signsWith(obstacle.by, key, selector)) {
      return { outcome: 'unchanged', row: obstacle.by, key, isProved: dkimStateOf(obstacle.by).verified };
    }
    if (obstacle !== null) this.#toRow(obstacle, account, name);
    const identityOf = importedIdentity(this.#deps, account.id, key, selector);
    const build = this.#build(account, name, identityOf);
    const planned = build(0);
    refuseLongSelector(planned);
    const evidence = unproved ? null : await this.#deps.monitor.preview(planned);
    if (evidence !== null) refuseUnproved(planned, evidence);
    const isProved = evidence !== null;
    if (dryRun) return { outcome: 'importable', row: null, key, isProved };
    await this.#takeLasting(account, actor);
    const prepare = async () => build;
    const cause = this.#cause(actor);
    const facts = { key_id: 1, selector, bits: key.bits, proved: isProved };
    const row = await this.#write(account, name, prepare, (created) => [
      domainEvent('domain.created', created, cause, {}),
      domainEvent('key.imported', created, cause, facts),
    ]);
    const checked =
      evidence && (await this.#deps.monitor.keepPreview(row, evidence, { actor, mode: 'verify' }));
    return { outcome: 'imported', row: checked ?? row, key, isProved };
  }

  async #write(
    account: AccountRow,
    name: DomainName,
    prepare: DomainCreation['prepare'],
    events: DomainCreation['events'],
  ): Promise<DomainRow> {
    const change = await this.#deps.store.domains.create({
      account: account.id,
      name: name.name,
      limit: this.#deps.maxDomainsPerAccount,
      prepare,
      events,
    });
    const row = this.#toRow(change, account, name);
    this.#deps.keyZone.changed({ account: account.id, id: row.id });
    return row;
  }

  #build(account: AccountRow, name: DomainName, identityOf: IdentityOf): (id: number) => DomainRow {
    const now = toInstant(this.#deps.clock());
    return (id) =>
      this.#scheduleFirstCheck({
        id,
        account_id: account.id,
        domain: name.name,
        subdomain: name.subdomain,
        ...identityFields(identityOf(id, 1), now),
        previous_keys: [],
        checks: null,
        created_at: now,
        updated_at: now,
      });
  }

  /** Gives the domain another name, key, selector and Return-Path. Changes nothing if it has this name already. */
  async rename(account: AccountRow, row: DomainRow, name: DomainName, actor: Actor): Promise<DomainRow> {
    if (row.domain === name.name) return row;
    // Refuses before a key is taken: making one costs more than a refusal may. The store decides again, atomically.
    const obstacle = await this.#deps.store.domains.findObstacle(account.id, name.name, null);
    if (obstacle !== null) this.#toRow(obstacle, account, name);
    const isDelegated = activeKeyOf(row).published_as === 'cname';
    const zone = isDelegated ? this.#deps.keyZone.zone : null;
    if (zone !== null) await this.#takeLasting(account, actor);
    const identityOf = await makeIdentity(this.#deps, account.id, zone);
    const now = toInstant(this.#deps.clock());
    const change = await this.#deps.store.domains.update(account.id, row.id, (current) => {
      if (current.domain === name.name) return null;
      const renamed = this.#scheduleFirstCheck({
        ...current,
        domain: name.name,
        subdomain: name.subdomain,
        ...identityFields(identityOf(row.id, current.last_key_id + 1), now),
        previous_keys: withPrevious(current, current.keys),
        updated_at: now,
      });
      const changes = { domain: { from: current.domain, to: name.name } };
      return { row: renamed, events: [domainEvent('domain.renamed', renamed, { actor, at: now }, changes)] };
    });
    this.#deps.openedKeys.forget(row.id);
    this.#deps.keyZone.changed({ account: account.id, id: row.id });
    return this.#toRow(change, account, name);
  }

  /** Deletes its key and its share links as well: signatures fail to verify once the record is removed from the DNS. */
  async delete(account: AccountRow, row: DomainRow, actor: Actor): Promise<void> {
    const cause = this.#cause(actor);
    const deleted = await this.#deps.store.domains.delete(account.id, row.id, (domain, shares) => [
      domainEvent('domain.deleted', domain, cause, {}),
      ...shares.map((share) => tokenEvent('revoked', share, { domain, ...cause })),
    ]);
    this.#deps.openedKeys.forget(row.id);
    if (!deleted) throw noSuchDomain(account, row.id);
  }

  /** Checks the domain now; resolves to its row after the check. Rejects with `not_found` if it was deleted meanwhile. */
  async verify(account: AccountRow, row: DomainRow, request: CheckRequest): Promise<DomainRow> {
    const checked = await this.#deps.monitor.verifyNow({ account: account.id, id: row.id }, request);
    if (checked === undefined) throw noSuchDomain(account, row.id);
    return checked;
  }

  /** Where a domain stands, in short. */
  status(account: AccountRow, row: DomainRow): DomainStatus {
    const status = domainStatus(row, this.#deps.clock());
    // The domains of a suspended account are not checked.
    return account.suspended ? { ...status, next_check_at: null } : status;
  }

  /** Why the domain is, or is not, verified: the diagnosis of the last check. Asks no DNS. */
  async diagnosis(account: AccountRow, row: DomainRow): Promise<Diagnosis> {
    const { store, clock } = this.#deps;
    const stored = readKeptDiagnosis(row, await store.checks.evidence(account.id, row.id));
    return diagnose(row, stored, clock());
  }

  /** Rejects with `rate_limited`. The command line is trusted. */
  async #takeLasting(account: AccountRow, { kind }: Actor): Promise<void> {
    if (kind === 'token') await this.#deps.limits.takeLasting(account.id);
  }

  /** New records are checked by the schedule of a new domain. */
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

  #cause(actor: Actor): Cause {
    return { actor, at: toInstant(this.#deps.clock()) };
  }
}

function signsWith(row: DomainRow, { publicKey }: ParsedKey, selector: string): boolean {
  const active = activeKeyOf(row);
  return active.public_key === publicKey && active.selector === selector;
}

function noSuchDomain(account: AccountRow, id: number): LetterheadError {
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
