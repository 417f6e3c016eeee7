import type { Actor, EventType } from '@letterhead/shared';
import type { Instant } from '../../server/instant.ts';
import type { AccountRow, DomainRow, NewEvent, Store, TokenRow } from '../../server/store/store.ts';

/** The rows and events that the tests of stores put in: short, and right in every field. */
export const NOON: Instant = '2026-01-31T12:00:00Z';

export const ACTOR: Actor = { kind: 'cli', token_id: null, address: null };

export function event(type: EventType, changes: NewEvent['changes'] = {}): NewEvent {
  return { type, domain: null, actor: ACTOR, at: NOON, changes };
}

export function domainEvent(type: EventType, row: DomainRow): NewEvent {
  return { ...event(type), domain: { id: row.id, name: row.domain } };
}

export function accountRow(id: number, name = 'Example help desk'): AccountRow {
  return { id, name, suspended: false, created_at: NOON, updated_at: NOON };
}

export function tokenRow(id: number, account: number, hash = `hash-${id}`): TokenRow {
  return {
    id,
    account_id: account,
    domain_id: null,
    name: 'Help desk',
    prefix: 'lh_4fKq',
    hash,
    scopes: ['domains:read', 'domains:write'],
    expires_at: null,
    created_at: NOON,
  };
}

export function domainRow(id: number, account: number, domain: string): DomainRow {
  const state = { verified: false, degraded: false, since: NOON };
  return {
    id,
    account_id: account,
    domain,
    subdomain: null,
    selector: '653216321fh',
    public_key: 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA',
    private_key: 'sealed',
    dkim: state,
    return_path: { ...state, target: 'x7.bounces.example.net' },
    previous_keys: [],
    created_at: NOON,
    updated_at: NOON,
  };
}

export function createAccount(store: Store, name?: string): Promise<AccountRow> {
  return store.createAccount(
    (id) => accountRow(id, name),
    () => event('account.created'),
  );
}

/** Undefined: there is no such account. */
export async function createToken(
  store: Store,
  account: number,
  hash?: string,
): Promise<TokenRow | undefined> {
  const creation = await store.createToken(
    { account, domain: null, limit: 2000 },
    (id) => tokenRow(id, account, hash),
    (row) => event('token.created', { token: row.id }),
  );
  return creation.kind === 'written' ? creation.row : undefined;
}

export function createShare(store: Store, account: number, domain: number, hash?: string, limit = 2000) {
  return store.createToken(
    { account, domain, limit },
    (id) => ({ ...tokenRow(id, account, hash), domain_id: domain, scopes: ['share'] }),
    (row) => event('token.created', { token: row.id }),
  );
}

export function createDomain(store: Store, account: number, domain: string, limit = 1000) {
  return store.createDomain(
    account,
    domain,
    limit,
    (id) => domainRow(id, account, domain),
    (row) => domainEvent('domain.created', row),
  );
}

/** The row of a domain that was made, for tests that go on with it. */
export async function madeDomain(store: Store, account: number, domain: string): Promise<DomainRow> {
  const change = await createDomain(store, account, domain);
  if (change.kind !== 'written') throw new Error(`${domain} was not made: ${change.kind}`);
  return change.row;
}

export function renameDomain(store: Store, account: number, id: number, domain: string) {
  return store.updateDomain(account, id, (row) => ({
    row: { ...row, domain },
    events: [{ ...domainEvent('domain.renamed', row), changes: { domain: [row.domain, domain] } }],
  }));
}

export function deleteDomain(store: Store, account: number, id: number): Promise<boolean> {
  return store.deleteDomain(account, id, (row, shares) => [
    domainEvent('domain.deleted', row),
    ...shares.map((share) => event('token.revoked', { token: share.id })),
  ]);
}

/** Everything that a store says of itself, to compare two moments. */
export async function everythingIn(store: Store) {
  const accounts = await store.listAccounts();
  return Promise.all(accounts.map((account) => everythingOf(store, account.id)));
}

export async function everythingOf(store: Store, account: number) {
  return {
    account: await store.getAccount(account),
    tokens: await store.listTokens(account),
    domains: await store.listDomains(account, {}),
    events: (await store.listEvents(account, { after: 0, limit: 10_000 })).events,
  };
}
