import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type AccountFile,
  AccountFileShape,
  FORMAT,
  InstallationFileShape,
  ScheduleFileShape,
} from '../../server/store/json/formats/files.ts';
import { quickCheck } from '../../server/store/json/formats/quick-check.ts';
import { event, NOON, newAccount, newToken, storedDomain, webhookRow } from './rows.ts';

const account: AccountFile = {
  format: FORMAT,
  account: 3,
  last_event_id: 2,
  installation_sequence: 0,
  outbox: [
    { id: 1, ...event('account.created') },
    { id: 2, ...event('domain.created') },
  ],
  domains: [storedDomain(7, 3, 'a.example'), { ...storedDomain(9, 3, 'b.example'), previous_keys: ['x'] }],
  retired_labels: [],
  webhooks: [webhookRow(2, 3)],
};

const installation = {
  format: FORMAT,
  secret_key_check: null,
  next: { account: 4, token: 2, domain: 10 },
  sequence: 4,
  accounts: [{ id: 3, ...newAccount() }],
  tokens: [{ id: 1, account_id: 3, ...newToken(), subscriptions: [] }],
  outbox: [{ sequence: 4, account: 3, event: event('token.created') }],
  removing: [2],
  retired_labels: [],
};

const schedule = {
  format: FORMAT,
  columns: ['id'],
  checks: [[7, NOON, null, [['dkim:1', NOON]], [['dkim:1', 'OK']]]],
};

/** Every place in a value: the way there, by keys. */
function placesIn(value: unknown, way: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [way];
  const inner = Object.entries(value).flatMap(([key, child]) =>
    placesIn(child, [...way, Array.isArray(value) ? Number(key) : key]),
  );
  return [way, ...inner];
}

/** A copy with another value at a place; undefined takes the place away. */
function withAt(value: unknown, [key, ...rest]: (string | number)[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const changed = withAt(copy[key], rest, other);
  if (changed === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = changed ?? null;
  return copy;
}

for (const [what, shape, sample] of [
  ['an account', AccountFileShape, account],
  ['the installation', InstallationFileShape, installation],
  ['the schedule', ScheduleFileShape, schedule],
] as const) {
  test(`the quick check of ${what} and its schema agree about whatever is wrong`, () => {
    expect(shape.fits(sample)).toBe(true);
    const other = fc.oneof(
      fc.constantFrom(
        undefined,
        null,
        '',
        'x',
        0,
        1,
        -1,
        2.5,
        2 ** 52,
        2 ** 52 + 1,
        1e300,
        true,
        [],
        {},
        NOON,
        [1],
        { extra: 1 },
      ),
      fc.jsonValue(),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(sample)), other, (place, value) => {
        const changed = withAt(sample, place, value);
        const { success } = shape.schema.safeParse(changed);
        expect(shape.fits(changed)).toBe(success);
        if (!success) refused++;
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  test(`no field of ${what} can be missing, and none can be added, except to what an event changed`, () => {
    for (const place of placesIn(sample)) {
      if (place.includes('changes')) continue;
      const without = withAt(sample, place, undefined);
      if (place.length > 0 && typeof place.at(-1) === 'string') expect(shape.fits(without)).toBe(false);
      expect(shape.fits(withAt(sample, place, { extra: true }))).toBe(false);
    }
  });
}

test('a schema of a kind that the quick check does not know is refused when it is made', () => {
  expect(() => quickCheck(z.union([z.string(), z.boolean()]))).toThrow('no quick check for union');
  expect(() => quickCheck(z.number())).toThrow('no quick check for number');
  expect(() => quickCheck(z.string().max(3))).toThrow('no quick check for max_length');
});
