import { createHash } from 'node:crypto';
import type { Actor, EventType } from '@letterhead/shared';
import type { Instant } from '../../server/instant.ts';
import { identityFields, type MailIdentity, withRecords } from '../../server/records/record-states.ts';
import type { AccountRow, NewAccount } from '../../server/store/interface/accounts.ts';
import type { CheckEnd } from '../../server/store/interface/checks.ts';
import type { CheckTimes, DomainRow, RecordState } from '../../server/store/interface/domain-row.ts';
import type { Creation, JsonValue, NewEvent } from '../../server/store/interface/events.ts';
import type { NewToken, TokenRow } from '../../server/store/interface/token-row.ts';
import type { NewDelivery, WebhookRow } from '../../server/store/interface/webhooks.ts';
import type { Store } from '../../server/store/store.ts';

/** The rows and events that the tests of stores put in: short, and right in every field. */
export const NOON: Instant = '2026-01-31T12:00:00Z';

const ACTOR: Actor = { kind: 'cli', token_id: null, address: null };

export function event(type: EventType, changes: NewEvent['changes'] = {}): NewEvent {
  return { type, domain: null, actor: ACTOR, at: NOON, changes };
}

export function domainEvent(type: EventType, row: DomainRow): NewEvent {
  return { ...event(type), domain: { id: row.id, name: row.domain } };
}

export function newAccount(name = 'Example help desk'): NewAccount {
  const profile = { display_name: null, contact_email: null, logo: null, notify: [] };
  return { name, ...profile, suspended: false, created_at: NOON, updated_at: NOON };
}

export function newToken(hash = 'hash'): NewToken {
  return {
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
  const identity: MailIdentity = {
    keyId: 1,
    selector: '653216321fh',
    publicKey: 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA',
    bits: 2048,
    privateKey: 'sealed',
    publishedAs: 'txt',
    usableAt: NOON,
    delegation: null,
    returnPath: { selector: '653216321fh', target: 'x7.bounces.example.net' },
  };
  return {
    id,
    account_id: account,
    domain,
    subdomain: null,
    ...identityFields(identity, NOON),
    previous_keys: [],
    checks: null,
    created_at: NOON,
    updated_at: NOON,
  };
}

/** The row with the record of this kind verified. */
export function verified(row: DomainRow, kind: RecordState['kind'] = 'dkim'): DomainRow {
  return withRecords(
    row,
    row.records.map((state) => (state.kind === kind ? { ...state, verified: true } : state)),
  );
}

export function webhookRow(id: number, account: number, after = 0): WebhookRow {
  return {
    id,
    account_id: account,
    url: 'https://hooks.example/letterhead',
    secret: 'sealed',
    previous: { secret: 'sealed before', until: NOON },
    events: ['domain.lost'],
    domains: null,
    enabled: true,
    disabled_reason: null,
    after,
    created_at: NOON,
    updated_at: NOON,
  };
}

export function createWebhook(store: Store, account: number, limit = 20): Promise<Creation<WebhookRow>> {
  return store.webhooks.create({
    account,
    limit,
    build: (id, last) => webhookRow(id, account, last),
    event: ({ id }) => event('webhook.created', { webhook_id: id }),
  });
}

/** That an event was sent. */
export function deliveryRow(event: number): NewDelivery['row'] {
  return {
    event,
    domain: { id: 1, name: 'example.org' },
    type: 'domain.lost',
    trigger: 'event',
    at: NOON,
    duration: 12,
    status: 200,
    delivered: true,
    error: null,
    answer: 'ok \u0000',
  };
}

/** As an account's file holds it. */
export function storedDomain(id: number, account: number, domain: string): Omit<DomainRow, 'checks'> {
  const { checks: _, ...stored } = domainRow(id, account, domain);
  return stored;
}

export function createAccount(store: Store, name?: string): Promise<AccountRow> {
  return store.accounts.create(newAccount(name), event('account.created'));
}

/** Gives an account a logo, in Base64, or takes it away. */
export function setLogo(store: Store, account: number, png: string | null): Promise<AccountRow | undefined> {
  const logo = png === null ? null : createHash('sha256').update(png, 'base64').digest('hex');
  const change = (row: AccountRow) => ({
    row: { ...row, logo },
    events: [event('account.updated', { logo })],
  });
  return store.accounts.update(account, change, png ?? undefined);
}

/** Undefined: there is no such account. */
export async function createToken(
  store: Store,
  account: number,
  hash?: string,
): Promise<TokenRow | undefined> {
  const creation = await store.tokens.create({
    account,
    limit: 2000,
    token: newToken(hash),
    event: (row) => event('token.created', { token: row.id }),
  });
  return creation.kind === 'written' ? creation.row : undefined;
}

export function createShare(store: Store, account: number, domain: number, hash?: string, limit = 2000) {
  return store.tokens.create({
    account,
    limit,
    token: { ...newToken(hash), domain_id: domain, scopes: ['share'] },
    event: (row) => event('token.created', { token: row.id }),
  });
}

export function createDomain(store: Store, account: number, name: string, limit = 1000) {
  return store.domains.create({
    account,
    name,
    limit,
    prepare: async () => (id) => domainRow(id, account, name),
    events: (row) => [domainEvent('domain.created', row)],
  });
}

/** The row of a domain that was made, for tests that go on with it. */
export async function madeDomain(store: Store, account: number, domain: string): Promise<DomainRow> {
  const change = await createDomain(store, account, domain);
  if (change.kind !== 'written') throw new Error(`${domain} was not made: ${change.kind}`);
  return change.row;
}

export function renameDomain(store: Store, account: number, id: number, domain: string) {
  return store.domains.update(account, id, (row) => ({
    row: { ...row, domain },
    events: [{ ...domainEvent('domain.renamed', row), changes: { domain: [row.domain, domain] } }],
  }));
}

export function deleteDomain(store: Store, account: number, id: number): Promise<boolean> {
  return store.domains.delete(account, id, (row, shares) => [
    domainEvent('domain.deleted', row),
    ...shares.map((share) => event('token.revoked', { token: share.id })),
  ]);
}

/** Ends a check that has seen this and changes nothing; the domain is checked again at `next`. */
export async function keepEvidence(
  store: Store,
  account: number,
  id: number,
  evidence: JsonValue,
  next: Instant | null = null,
): Promise<CheckEnd> {
  const selector = (await store.domains.get(account, id))?.keys[0]?.selector ?? '';
  return store.checks.finish(
    { account, id, selector, began: NOON },
    { evidence, change: () => null, times: () => checkTimes(next) },
  );
}

export function checkTimes(dkim: Instant | null, returnPath: Instant | null = null): CheckTimes {
  return {
    checked_at: NOON,
    began_at: NOON,
    due: { 'dkim:1': dkim, return_path: returnPath },
    codes: { 'dkim:1': 'OK' },
  };
}

/** Everything durable that a store says of itself, to compare two moments. */
export async function everythingIn(store: Store) {
  const accounts = await store.accounts.list();
  return Promise.all(accounts.map((account) => everythingOf(store, account.id)));
}

export async function everythingOf(store: Store, account: number) {
  const domains = await store.domains.list(account, {});
  const shares = await Promise.all(domains.map(({ id }) => store.tokens.list(account, { domain: id })));
  const tokens = [...(await store.tokens.list(account, { domain: null })), ...shares.flat()];
  return {
    account: await store.accounts.get(account),
    logo: await store.accounts.logo(account),
    // Without what is kept lazily.
    tokens: tokens.map(({ last_used_at: _, ...token }) => token),
    domains: domains.map(({ checks: _, ...row }) => row),
    events: (await store.events.list(account, { after: 0, limit: 10_000 })).events,
  };
}
