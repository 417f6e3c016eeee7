import type { Domain, Event } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { Acknowledged } from './acknowledged.ts';

const domain = (id: number, name: string): Domain => ({
  id,
  account_id: 1,
  domain: name,
  subdomain: null,
  verified: false,
  dns_records: [],
  created_at: new Date(0),
  updated_at: new Date(0),
});

const event = (id: number, type: Event['type'], about: Domain): Event => ({
  id,
  type,
  domain: { id: about.id, name: about.domain },
  actor: { kind: 'token', token_id: 1, address: null },
  at: new Date(0),
  changes: {},
});

const one = domain(1, 'one.example');
const renamed = domain(1, 'two.example');

/** An account in which one domain was created, and heard of. */
function withOne(): Acknowledged {
  const account = new Acknowledged(1);
  account.created(one);
  return account;
}

test('an acknowledged change that is there with its event is not reported', () => {
  expect(withOne().complaints([one], [event(1, 'domain.created', one)])).toEqual([]);
});

test('a change that was requested and not acknowledged may have happened or not', () => {
  for (const found of [one, renamed]) {
    const account = withOne();
    account.asked(1, 'two.example');
    const events = [event(1, 'domain.created', one)];
    if (found === renamed) events.push(event(2, 'domain.renamed', renamed));
    expect(account.complaints([found], events)).toEqual([]);
  }
});

test('a domain that is lost, back after its delete, or another one is reported', () => {
  expect(withOne().complaints([], []).join()).toContain('domain 1 was one.example, and is gone');
  expect(withOne().complaints([renamed], []).join()).toContain('and is two.example');
  const deleted = withOne();
  deleted.deleted(1);
  expect(deleted.complaints([one], []).join()).toContain('is back');
});

test('an event that is missing, extra, or out of order is reported', () => {
  expect(withOne().complaints([one], []).join()).toContain('its events say gone');
  const created = event(1, 'domain.created', one);
  expect(
    withOne()
      .complaints([one], [created, event(2, 'domain.deleted', one)])
      .join(),
  ).toContain('say gone');
  expect(
    withOne()
      .complaints([one], [{ ...created, id: 2 }])
      .join(),
  ).toContain('event 2 stands where 1 should');
});

test('an id that is given twice is reported', () => {
  expect(() => withOne().created(domain(1, 'other.example'))).toThrow('given twice');
});
