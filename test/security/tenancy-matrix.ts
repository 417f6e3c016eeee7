import { SCOPES, SHARE_SCOPE } from '@letterhead/shared';
import type { TestServer } from '../running-server.ts';
import { seedWebhook } from '../webhooks/seed-webhook.ts';
import type { Answer, Endpoint, Target } from './endpoints.ts';
import { domainOf } from './endpoints.ts';

/** Procedures about the caller, which every authenticated caller may call. */
const FOR_EVERYBODY: ReadonlySet<string> = new Set(['tokens.current']);

const UNKNOWN = { code: 'unauthenticated', status: 401 };
const REFUSED = { code: 'forbidden', status: 403 };

/** A caller that has to be refused. */
interface UnauthorizedCaller {
  readonly who: string;
  readonly authorization: string | null;
  readonly target: Target;
  readonly expected: { readonly code: string; readonly status: number };
  /** Whether this caller has to be refused at the endpoint. */
  appliesTo(endpoint: Endpoint): boolean;
}

/** An account with data, and callers without a right to it. */
export interface TenancyFixture {
  readonly victim: SeededAccount;
  readonly callers: readonly UnauthorizedCaller[];
}

/** Clock of a server, set by tests. */
export interface MovableClock {
  now: Date;
}

/** Creates the victim, account 1, and every kind of unauthorized caller. Advances the clock by an hour. */
export async function createFixture(server: TestServer, clock: MovableClock): Promise<TenancyFixture> {
  const { letterhead } = server;
  const expires = { expires_at: new Date(clock.now.getTime() + 60_000) };
  const expired = await makeToken(server, 1, [...SCOPES], expires);
  clock.now = new Date(clock.now.getTime() + 3_600_000);
  const revoked = await makeToken(server, 1, [...SCOPES]);
  await letterhead.tokens.revoke.mutate({ account: 1, id: revoked.id });
  const victim = { ...(await seedAccount(server, 1)), ...(await seedWebhook(server, 1)) };
  const other = await seedAccount(server, (await letterhead.accounts.create.mutate({ name: 'Other' })).id);
  const suspended = await seedAccount(server, (await letterhead.accounts.create.mutate({ name: 'Bad' })).id);
  const suspendedToken = await makeToken(server, suspended.account, [...SCOPES]);
  await letterhead.accounts.update.mutate({ account: suspended.account, suspended: true });
  const everyScope = SCOPES.filter((scope) => scope !== 'admin');
  const othersToken = await makeToken(server, other.account, everyScope);
  const tokenless: [string, string | null][] = [
    ['nobody', null],
    ['an empty token', 'Bearer '],
    ['a wrong token', `Bearer lh_${'A'.repeat(43)}`],
    ['a token in Basic', `Basic ${Buffer.from(`${server.token}:`).toString('base64')}`],
    ['a token without its scheme', server.token],
    ['two tokens', `Bearer ${server.token} ${server.token}`],
    ['a revoked token', `Bearer ${revoked.token}`],
    ['an expired token', `Bearer ${expired.token}`],
  ];
  const anyEndpoint = () => true;
  const limited = ({ procedure }: Endpoint) => procedure === null || !FOR_EVERYBODY.has(procedure);
  // The vault's path names no account: everybody finds their own domains there.
  const ofAccounts = (endpoint: Endpoint) => limited(endpoint) && endpoint.scope !== 'keys:read';
  const ofObjects = ({ fields }: Endpoint) => fields.includes('id');
  const authorization = `Bearer ${othersToken.token}`;
  return {
    victim,
    callers: [
      ...tokenless.map(([who, shown]) => ({
        who,
        authorization: shown,
        target: victim,
        expected: UNKNOWN,
        appliesTo: anyEndpoint,
      })),
      { who: 'another account', authorization, target: victim, expected: REFUSED, appliesTo: ofAccounts },
      {
        who: 'another account, about one that is not there',
        authorization,
        target: { ...victim, account: 999_999 },
        expected: REFUSED,
        appliesTo: ofAccounts,
      },
      {
        who: 'another account, about its own domain with the victim’s share link',
        authorization,
        target: { ...other, share: victim.share },
        expected: { code: 'not_found', status: 404 },
        appliesTo: ({ fields }) => fields.includes('share'),
      },
      {
        who: 'a share link of the victim’s domain',
        authorization: `Bearer ${victim.shareLink}`,
        target: victim,
        expected: REFUSED,
        appliesTo: ({ scope }) => scope !== SHARE_SCOPE,
      },
      {
        who: 'a token of every scope, which is no share link',
        authorization: `Bearer ${server.token}`,
        target: victim,
        expected: REFUSED,
        appliesTo: ({ scope }) => scope === SHARE_SCOPE,
      },
      {
        who: 'a share link of a suspended account',
        authorization: `Bearer ${suspended.shareLink}`,
        target: suspended,
        expected: REFUSED,
        appliesTo: anyEndpoint,
      },
      {
        who: 'another account, about its own with the victim’s domain and token',
        authorization,
        target: { ...victim, account: other.account },
        expected: { code: 'not_found', status: 404 },
        // Procedures for admins refuse earlier, with `forbidden`.
        appliesTo: (endpoint) => ofObjects(endpoint) && endpoint.scope !== 'admin',
      },
      {
        who: 'a suspended account, about the victim',
        authorization: `Bearer ${suspendedToken.token}`,
        target: victim,
        expected: REFUSED,
        appliesTo: anyEndpoint,
      },
      {
        who: 'a suspended account, about itself',
        authorization: `Bearer ${suspendedToken.token}`,
        target: suspended,
        expected: REFUSED,
        appliesTo: anyEndpoint,
      },
      ...(await Promise.all(
        SCOPES.map(async (missing) => ({
          who: `the victim’s own token without the scope ${missing}`,
          authorization: `Bearer ${
            (
              await makeToken(
                server,
                1,
                everyScope.filter((scope) => scope !== missing),
              )
            ).token
          }`,
          target: victim,
          expected: REFUSED,
          // An endpoint without a declared scope fails here, unless it is for everybody.
          appliesTo: (endpoint: Endpoint) => limited(endpoint) && (endpoint.scope ?? missing) === missing,
        })),
      )),
    ],
  };
}

/** Lists the endpoints that admit an unauthorized caller, or refuse with the wrong error. */
export async function callWithoutPermission(
  url: string,
  endpoints: readonly Endpoint[],
  fixture: TenancyFixture,
): Promise<string[]> {
  const findings: string[] = [];
  for (const endpoint of endpoints) {
    const calls = fixture.callers
      .filter(({ appliesTo }) => appliesTo(endpoint))
      .map(async ({ who, authorization, target, expected }) => {
        const answer = await endpoint.call(url, authorization, target);
        if (isRefusal(endpoint, answer, expected)) return;
        findings.push(
          `${endpoint.name} answers ${answer.status} ${answer.code ?? 'without an error'} to ${who}`,
        );
      });
    await Promise.all(calls);
  }
  return findings;
}

function isRefusal(endpoint: Endpoint, answer: Answer, expected: UnauthorizedCaller['expected']): boolean {
  // HEAD has no body to carry a code, and a stream begins before it is refused.
  if (endpoint.name.startsWith('HEAD ')) return answer.status === expected.status;
  const status = endpoint.streams ? 200 : expected.status;
  return answer.code === expected.code && answer.status === status;
}

/**
 * Lists the endpoints that refuse an authorized caller: a token of a share link for the scope `share`, else one of `keys:read`, else an
 * admin's.
 * Each endpoint gets an account of its own, which it may change.
 */
export async function callWithPermission(
  server: TestServer,
  endpoints: readonly Endpoint[],
): Promise<string[]> {
  const findings: string[] = [];
  for (const endpoint of endpoints) {
    const { id } = await server.letterhead.accounts.create.mutate({ name: endpoint.name });
    const hooks =
      endpoint.fields.includes('id') && /webhooks/.test(endpoint.name) ? await seedWebhook(server, id) : {};
    const target = { ...(await seedAccount(server, id)), ...hooks };
    const token = await tokenFor(server, endpoint, target);
    const answer = await endpoint.call(server.url, `Bearer ${token}`, target);
    if (answer.code !== null || answer.status >= 300)
      findings.push(`${endpoint.name}: ${answer.status} ${answer.code}`);
  }
  return findings;
}

async function tokenFor(server: TestServer, { scope }: Endpoint, target: SeededAccount): Promise<string> {
  if (scope === SHARE_SCOPE) return target.shareLink;
  return scope === 'keys:read' ? server.makeToken([scope], target.account) : server.token;
}

/** Everything that the API shows of an account, without the last use of its tokens. */
export async function seen({ letterhead }: TestServer, account: number): Promise<unknown> {
  const tokens = await letterhead.tokens.list.query({ account });
  return {
    account: await letterhead.accounts.get.query({ account }),
    domains: await letterhead.domains.list.query({ account }),
    tokens: tokens.map(({ last_used_at: _, ...token }) => token),
    events: await letterhead.events.list.query({ account, limit: 1000 }),
  };
}

/** An account with data, and the secret of its share link. */
interface SeededAccount extends Target {
  readonly shareLink: string;
}

/** Creates a domain with a revoked key and an active one, a token and a share link in an account. */
async function seedAccount(server: TestServer, account: number): Promise<SeededAccount> {
  const domain = await server.letterhead.domains.create.mutate({
    account,
    domain: domainOf(account),
  });
  await server.letterhead.keys.revoke.mutate({ account, id: domain.id, key: 1 });
  const token = await makeToken(server, account, ['domains:read']);
  const share = await server.letterhead.shares.create.mutate({ account, id: domain.id });
  const ids = { account, domain: domain.id, token: token.id, share: share.id, webhook: 1, delivery: 1 };
  return { ...ids, shareLink: share.token };
}

function makeToken(
  { letterhead }: TestServer,
  account: number,
  scopes: (typeof SCOPES)[number][],
  more: { expires_at?: Date } = {},
) {
  return letterhead.tokens.create.mutate({ account, name: 'Tenancy', scopes, ...more });
}
