import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dueRecords, firstCheckTimes, nextCheck, nextCheckTimes } from '../../server/monitor/schedule.ts';
import type { RecordState } from '../../server/store/interface/domain-row.ts';
import { CREATED, NOT_VERIFIED, sendingDomain, VERIFIED } from '../verification/sending-domain.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BORN = Date.parse(CREATED);

/** The ages, in minutes, at which a record is looked at that is never found, when no look is late. */
function looks(state: RecordState): number[] {
  const ages: number[] = [];
  for (let now = BORN; ; ) {
    const next = nextCheck(state, new Date(now), randomBytes);
    if (next === null) return ages;
    now = Date.parse(next);
    ages.push((now - BORN) / MINUTE);
  }
}

describe('when a record is looked at', () => {
  test('a record that is never found is checked ever more rarely, and not after 30 days', () => {
    const ages = looks(NOT_VERIFIED);
    const hourly = Array.from({ length: 72 }, (_, i) => (i + 1) * 60);
    const everySixHours = Array.from({ length: 44 }, (_, i) => (72 + (i + 1) * 6) * 60);
    const daily = Array.from({ length: 16 }, (_, i) => (15 + i) * 24 * 60);
    expect(ages).toEqual([1, 2, 5, 10, 15, 20, 30, 45, ...hourly, ...everySixHours, ...daily]);
  });

  test('a lost record is checked in the same rhythm, counted from the loss', () => {
    const lost = { ...NOT_VERIFIED, degraded: true, since: '2026-03-01T00:00:00Z' };
    expect(nextCheck(lost, new Date('2026-03-01T00:00:10Z'), randomBytes)).toBe('2026-03-01T00:01:00Z');
  });

  test('a verified record is checked six hours later, give or take a tenth', () => {
    const now = new Date('2026-05-05T05:05:05Z');
    const delays = Array.from(
      { length: 500 },
      () => (Date.parse(nextCheck(VERIFIED, now, randomBytes) ?? '') - now.getTime()) / HOUR,
    );
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5.4 - 0.001);
    expect(Math.max(...delays)).toBeLessThanOrEqual(6.6);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(1);
  });

  test('a record that was found wrong once is checked a quarter of an hour later', () => {
    const degraded = { ...VERIFIED, degraded: true, wrong_since: CREATED };
    expect(nextCheck(degraded, new Date('2026-05-05T05:05:05Z'), randomBytes)).toBe('2026-05-05T05:20:05Z');
  });

  test('the next check is always in the future, however late the last one was', () => {
    const state = fc
      .record({ verified: fc.boolean(), degraded: fc.boolean() })
      .map((changes) => ({ ...NOT_VERIFIED, ...changes }));
    fc.assert(
      fc.property(state, fc.integer({ min: 0, max: 40 * DAY }), (record, age) => {
        const next = nextCheck(record, new Date(BORN + age), randomBytes);
        if (next !== null) expect(Date.parse(next) + 999).toBeGreaterThan(BORN + age);
        else expect(age).toBeGreaterThanOrEqual(30 * DAY);
      }),
    );
  });
});

describe('a domain’s due times', () => {
  const row = sendingDomain({ dkim: VERIFIED, return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
  const now = new Date('2026-01-01T00:00:30Z');

  test('a domain is first due a minute after it was made', () => {
    expect(firstCheckTimes(sendingDomain(), randomBytes)).toEqual({
      checked_at: null,
      began_at: null,
      due: { 'dkim:1': '2026-01-01T00:01:00Z' },
      codes: {},
    });
  });

  test('due times move on for the records that were checked, and stay for the others', () => {
    const before = {
      checked_at: null,
      began_at: null,
      due: { 'dkim:1': '2026-01-01T05:00:00Z', return_path: CREATED },
      codes: {},
    };
    const checked = { ...row, checks: before };
    expect(dueRecords(checked, now)).toEqual(['return_path']);
    expect(nextCheckTimes(checked, ['return_path'], now, randomBytes)).toEqual({
      checked_at: '2026-01-01T00:00:30Z',
      due: { 'dkim:1': '2026-01-01T05:00:00Z', return_path: '2026-01-01T00:01:00Z' },
    });
  });

  test('a domain without known due times is due now', () => {
    expect(dueRecords(row, now)).toEqual(['dkim:1', 'return_path']);
    const known = { checked_at: null, began_at: null, due: { 'dkim:1': null }, codes: {} };
    expect(dueRecords({ ...row, checks: known }, now)).toEqual(['return_path']);
  });
});
