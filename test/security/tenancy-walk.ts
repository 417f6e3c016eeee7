import { SCOPES, SHARE_SCOPE } from '@letterhead/shared';
import type { TestServer } from '../running-server.ts';
import type { Answer, Door, Target } from './doors.ts';

/** Doors that open to whoever is known, about whom they then tell. */
const FOR_EVERYBODY: ReadonlySet<string> = new Set(['tokens.current']);

const UNKNOWN = { code: 'unauthenticated', status: 401 };
const REFUSED = { code: 'forbidden', status: 403 };

/** Somebody who must not get in. */
interface Stranger {
  readonly who: string;
  readonly authorization: string | null;
  readonly target: Target;
  readonly expected: { readonly code: string; readonly status: number };
  /** Whether the rule that keeps them out is one of this door's. */
  concerns(door: Door): boolean;
}

/** The account that everybody is after, and those who are after it. */
export interface Scene {
  readonly victim: Furnished;
  readonly strangers: readonly Stranger[];
}

/** A server's clock that tests move. */
export interface MovableClock {
  now: Date;
}

/** Makes a victim, account 1, and everybody who must not get at it. Takes the clock an hour on. */
export async function setTheScene(server: TestServer, clock: MovableClock): Promise<Scene> {
  const { letterhead } = server;
  const expires = { expires_at: new Date(clock.now.getTime() + 60_000) };
  const expired = await makeToken(server, 1, [...SCOPES], expires);
  clock.now = new Date(clock.now.getTime() + 3_600_000);
  const revoked = await makeToken(server, 1, [...SCOPES]);
  await letterhead.tokens.revoke.mutate({ account: 1, id: revoked.id });
  const victim = await furnish(server, 1);
  const other = await furnish(server, (await letterhead.accounts.create.mutate({ name: 'Other' })).id);
  const suspended = await furnish(server, (await letterhead.accounts.create.mutate({ name: 'Bad' })).id);
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
  const anyDoor = () => true;
  const limited = ({ procedure }: Door) => procedure === null || !FOR_EVERYBODY.has(procedure);
  const ofObjects = ({ fields }: Door) => fields.includes('id');
  const authorization = `Bearer ${othersToken.token}`;
  return {
    victim,
    strangers: [
      ...tokenless.map(([who, shown]) => ({
        who,
        authorization: shown,
        target: victim,
        expected: UNKNOWN,
        concerns: anyDoor,
      })),
      { who: 'another account', authorization, target: victim, expected: REFUSED, concerns: limited },
      {
        who: 'another account, about one that is not there',
        authorization,
        target: { ...victim, account: 999_999 },
        expected: REFUSED,
        concerns: limited,
      },
      {
        who: 'another account, about its own domain with the victim’s share link',
        authorization,
        target: { ...other, share: victim.share },
        expected: { code: 'not_found', status: 404 },
        concerns: ({ fields }) => fields.includes('share'),
      },
      {
        who: 'a share link of the victim’s domain',
        authorization: `Bearer ${victim.shareLink}`,
        target: victim,
        expected: REFUSED,
        concerns: ({ scope }) => scope !== SHARE_SCOPE,
      },
      {
        who: 'a token of every scope, which is no share link',
        authorization: `Bearer ${server.token}`,
        target: victim,
        expected: REFUSED,
        concerns: ({ scope }) => scope === SHARE_SCOPE,
      },
      {
        who: 'a share link of a suspended account',
        authorization: `Bearer ${suspended.shareLink}`,
        target: suspended,
        expected: REFUSED,
        concerns: anyDoor,
      },
      {
        who: 'another account, about its own with the victim’s domain and token',
        authorization,
        target: { ...victim, account: other.account },
        expected: { code: 'not_found', status: 404 },
        // What only admins may do is forbidden to them before anything is looked for.
        concerns: (door) => ofObjects(door) && door.scope !== 'admin',
      },
      {
        who: 'a suspended account, about the victim',
        authorization: `Bearer ${suspendedToken.token}`,
        target: victim,
        expected: REFUSED,
        concerns: anyDoor,
      },
      {
        who: 'a suspended account, about itself',
        authorization: `Bearer ${suspendedToken.token}`,
        target: suspended,
        expected: REFUSED,
        concerns: anyDoor,
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
          // A door that declares no scope is held to one: only those for everybody need none.
          concerns: (door: Door) => limited(door) && (door.scope ?? missing) === missing,
        })),
      )),
    ],
  };
}

/** Tells of every door that a stranger gets through, or that refuses otherwise than the contract says. */
export async function walk(url: string, doors: readonly Door[], scene: Scene): Promise<string[]> {
  const findings: string[] = [];
  for (const door of doors) {
    const knocks = scene.strangers
      .filter(({ concerns }) => concerns(door))
      .map(async ({ who, authorization, target, expected }) => {
        const answer = await door.knock(url, authorization, target);
        if (isRefusal(door, answer, expected)) return;
        findings.push(`${door.name} answers ${answer.status} ${answer.code ?? 'and opens'} to ${who}`);
      });
    await Promise.all(knocks);
  }
  return findings;
}

function isRefusal(door: Door, answer: Answer, expected: Stranger['expected']): boolean {
  // HEAD has no body to carry a code, and a stream begins before it is refused.
  if (door.name.startsWith('HEAD ')) return answer.status === expected.status;
  const status = door.streams ? 200 : expected.status;
  return answer.code === expected.code && answer.status === status;
}

/**
 * Tells of every door that stays shut to whom it is for: an admin, who may do everything, and share links where it is
 * those. Each gets an account of its own to do it to.
 */
export async function walkAsWelcome(server: TestServer, doors: readonly Door[]): Promise<string[]> {
  const findings: string[] = [];
  for (const door of doors) {
    const { id } = await server.letterhead.accounts.create.mutate({ name: door.name });
    const target = await furnish(server, id);
    const token = door.scope === SHARE_SCOPE ? target.shareLink : server.token;
    const answer = await door.knock(server.url, `Bearer ${token}`, target);
    if (answer.code !== null || answer.status >= 300)
      findings.push(`${door.name}: ${answer.status} ${answer.code}`);
  }
  return findings;
}

/** Everything that there is to see of an account, but for when its tokens were last used. */
export async function seen({ letterhead }: TestServer, account: number): Promise<unknown> {
  const tokens = await letterhead.tokens.list.query({ account });
  return {
    account: await letterhead.accounts.get.query({ account }),
    domains: await letterhead.domains.list.query({ account }),
    tokens: tokens.map(({ last_used_at: _, ...token }) => token),
    events: await letterhead.events.list.query({ account, limit: 1000 }),
  };
}

/** What an account was given, with the secret of its share link. */
interface Furnished extends Target {
  readonly shareLink: string;
}

/** Gives an account a domain, a token and a share link to lose. */
async function furnish(server: TestServer, account: number): Promise<Furnished> {
  const domain = await server.letterhead.domains.create.mutate({
    account,
    domain: `walk-${account}.example`,
  });
  const token = await makeToken(server, account, ['domains:read']);
  const share = await server.letterhead.shares.create.mutate({ account, id: domain.id });
  return { account, domain: domain.id, token: token.id, share: share.id, shareLink: share.token };
}

function makeToken(
  { letterhead }: TestServer,
  account: number,
  scopes: (typeof SCOPES)[number][],
  more: { expires_at?: Date } = {},
) {
  return letterhead.tokens.create.mutate({ account, name: 'For the walk', scopes, ...more });
}
