import type { Attack, Target } from '../attack.ts';
import { inTurn, send } from '../attack.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };
/** Just below the limit for a body. */
const REPEATED = 'a&'.repeat(31_500);
const MANY = Array.from({ length: 6000 }, (_, i) => `f${i}=1`).join('&');
const DEEP = `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`;
const MANY_KEYS = JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, 1])));
/** Paths of superjson's annotations, which it walks one by one. */
const ANNOTATED = JSON.stringify({
  json: { account: 1, domain: 'x' },
  meta: { values: Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`a${i}.b.c`, ['Date']])) },
});
const MANY_LABELS = JSON.stringify({
  headers: `From: a@${'a.'.repeat(15_000)}example.org\r\n`,
  body_hash: `${'A'.repeat(43)}=`,
});

const createPath = ({ attacker }: Target) => `/api/v1/accounts/${attacker.account}/domains`;

/** An attack with one form. */
function form(
  name: string,
  body: string,
  tokenOf: (target: Target, count: number) => string,
  path = createPath,
): Attack {
  return {
    name,
    perMinute: 40,
    atOnce: 2,
    async act(target, note, count) {
      const request = { method: 'POST', path: path(target), headers: FORM, body };
      await send(target, note, tokenOf(target, count), request);
    },
  };
}

/** Small bodies that are expensive to parse. */
export const BODIES: readonly Attack[] = [
  form('a form that repeats one field, from an admin', REPEATED, ({ attacker }) => attacker.admin),
  form('a form that repeats one field, from a writer', REPEATED, ({ attacker }, count) =>
    inTurn(attacker.minted, count),
  ),
  form(
    'a form that repeats one field, by a share link',
    REPEATED,
    ({ attacker }, count) => inTurn(attacker.shares, count),
    () => '/api/v1/share/verify-dns',
  ),
  form('a form of 6,000 fields', MANY, ({ attacker }) => attacker.writer),
  {
    name: 'JSON of 9,000 levels, or of 5,000 fields',
    perMinute: 60,
    atOnce: 4,
    async act(target, note, count) {
      const body = inTurn([DEEP, MANY_KEYS], count);
      const path = inTurn([createPath(target), '/trpc/domains.create'], Math.floor(count / 2));
      await send(target, note, target.attacker.writer, { method: 'POST', path, headers: JSON_TYPE, body });
    },
  },
  {
    name: 'JSON that superjson has to put together',
    perMinute: 60,
    atOnce: 4,
    async act(target, note) {
      const request = { method: 'POST', path: '/trpc/domains.create', headers: JSON_TYPE, body: ANNOTATED };
      await send(target, note, target.attacker.writer, request);
    },
  },
  {
    name: 'a message to sign, of a domain of 15,000 labels',
    perMinute: 60,
    atOnce: 4,
    async act(target, note) {
      const path = `/api/v1/accounts/${target.attacker.account}/sign`;
      const request = { method: 'POST', path, headers: JSON_TYPE, body: MANY_LABELS };
      await send(target, note, target.attacker.admin, request);
    },
  },
];
