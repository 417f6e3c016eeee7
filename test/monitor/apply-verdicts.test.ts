import type { Actor } from '@letterhead/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyVerdicts, type CheckMode } from '../../server/monitor/apply-verdicts.ts';
import type { RecordState } from '../../server/store/store.ts';
import { statusOf } from '../../server/verification/record-state.ts';
import type { Verdict, Verdicts } from '../../server/verification/verdict.ts';
import { CREATED, NOT_VERIFIED, sendingDomain, VERIFIED } from '../verification/sending-domain.ts';

const MONITOR: Actor = { kind: 'monitor', token_id: null, address: null };
const NOW = new Date('2026-01-02T00:00:00Z');
const LATER = '2026-01-02T00:00:00Z';

const RIGHT: Verdict = { code: 'OK', verdict: 'valid', firstHand: true };
const WRONG: Verdict = { code: 'RECORD_MISSING', verdict: 'missing', firstHand: true };
const WRONG_BY_RESOLVER: Verdict = { ...WRONG, firstHand: false };
const UNKNOWN: Verdict = { code: 'DNS_SERVFAIL', verdict: 'unknown', firstHand: false };

const DEGRADED: RecordState = { ...VERIFIED, degraded: true };
const LOST: RecordState = { verified: false, degraded: true, since: LATER };

function apply(dkim: RecordState, verdict: Verdict, mode: CheckMode) {
  return applyVerdicts(sendingDomain({ dkim }), { dkim: verdict }, mode, NOW, MONITOR);
}

describe('what a verdict changes', () => {
  test.each<[string, RecordState, Verdict, CheckMode, RecordState, string]>([
    ['found: verified', NOT_VERIFIED, RIGHT, 'monitor', VERIFIED, 'domain.verified'],
    ['found when asked: verified', NOT_VERIFIED, RIGHT, 'verify', VERIFIED, 'domain.verified'],
    [
      'found again after a loss: verified',
      LOST,
      RIGHT,
      'monitor',
      { ...VERIFIED, since: LATER },
      'domain.verified',
    ],
    ['found wrong once: degraded', VERIFIED, WRONG, 'monitor', DEGRADED, 'domain.degraded'],
    ['found right after that: recovered', DEGRADED, RIGHT, 'monitor', VERIFIED, 'domain.recovered'],
    ['found wrong twice: lost', DEGRADED, WRONG, 'monitor', LOST, 'domain.lost'],
    ['found wrong when asked: lost at once', VERIFIED, WRONG, 'verify', LOST, 'domain.lost'],
    ['wrong by hearsay: degraded', VERIFIED, WRONG_BY_RESOLVER, 'monitor', DEGRADED, 'domain.degraded'],
    [
      'wrong by hearsay when asked: degraded',
      VERIFIED,
      WRONG_BY_RESOLVER,
      'verify',
      DEGRADED,
      'domain.degraded',
    ],
  ])('%s', (_, before, verdict, mode, after, event) => {
    const change = apply(before, verdict, mode);
    expect(change?.row.dkim).toEqual(after);
    expect(change?.events.map(({ type }) => type)).toEqual([event]);
    expect(change?.events[0]).toMatchObject({
      actor: MONITOR,
      at: LATER,
      domain: { id: 7, name: 'example.org' },
    });
  });

  test.each<[string, RecordState, Verdict, CheckMode]>([
    ['still right', VERIFIED, RIGHT, 'monitor'],
    ['still missing', NOT_VERIFIED, WRONG, 'monitor'],
    ['still lost', LOST, WRONG, 'verify'],
    ['wrong again, by hearsay only', DEGRADED, WRONG_BY_RESOLVER, 'monitor'],
    ['wrong again, by hearsay only, when asked', DEGRADED, WRONG_BY_RESOLVER, 'verify'],
  ])('nothing: %s', (_, before, verdict, mode) => {
    expect(apply(before, verdict, mode)).toBeNull();
  });

  test('nothing transient changes anything, whatever came before', () => {
    const state = fc.record({
      verified: fc.boolean(),
      degraded: fc.boolean(),
      since: fc.constantFrom(CREATED, LATER),
    });
    fc.assert(
      fc.property(state, fc.constantFrom<CheckMode>('verify', 'monitor'), (before, mode) => {
        expect(apply(before, UNKNOWN, mode)).toBeNull();
      }),
    );
  });

  test('`verified` is never taken away by hearsay, whatever is heard', () => {
    const heard = fc.array(
      fc.tuple(
        fc.constantFrom(UNKNOWN, WRONG_BY_RESOLVER, RIGHT),
        fc.constantFrom<CheckMode>('verify', 'monitor'),
      ),
    );
    fc.assert(
      fc.property(heard, (verdicts) => {
        let row = sendingDomain({ dkim: VERIFIED });
        for (const [dkim, mode] of verdicts)
          row = applyVerdicts(row, { dkim }, mode, NOW, MONITOR)?.row ?? row;
        expect(row.dkim.verified).toBe(true);
      }),
    );
  });

  test('`updated_at` moves with what the domain object shows, and only then', () => {
    expect(apply(NOT_VERIFIED, RIGHT, 'monitor')?.row.updated_at).toBe(LATER);
    expect(apply(DEGRADED, WRONG, 'monitor')?.row.updated_at).toBe(LATER);
    expect(apply(VERIFIED, WRONG, 'monitor')?.row.updated_at).toBe(CREATED);
    expect(apply(DEGRADED, RIGHT, 'monitor')?.row.updated_at).toBe(CREATED);
  });

  test('each record has its own', () => {
    const row = sendingDomain({ dkim: VERIFIED, return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
    const verdicts: Verdicts = { dkim: WRONG, return_path: { ...RIGHT } };
    const change = applyVerdicts(row, verdicts, 'verify', NOW, MONITOR);
    expect(change?.row).toMatchObject({
      dkim: LOST,
      return_path: { verified: true, degraded: false, target: 't.example.net' },
    });
    expect(change?.events.map(({ type, changes }) => [type, changes['record'], changes['verified']])).toEqual(
      [
        ['domain.lost', 'DKIM', { from: true, to: false }],
        ['domain.verified', 'Return-Path', { from: false, to: true }],
      ],
    );
  });

  test('a record that was not looked at stays as it is', () => {
    const row = sendingDomain({ dkim: VERIFIED, return_path: { ...VERIFIED, target: 't.example.net' } });
    expect(applyVerdicts(row, { return_path: RIGHT }, 'monitor', NOW, MONITOR)).toBeNull();
  });
});

describe('where a record stands', () => {
  test.each<[string, RecordState, string]>([
    ['pending', NOT_VERIFIED, '2026-01-30T23:59:59Z'],
    ['failed', NOT_VERIFIED, '2026-01-31T00:00:00Z'],
    ['verified', VERIFIED, '2027-01-01T00:00:00Z'],
    ['degraded', DEGRADED, '2027-01-01T00:00:00Z'],
    ['failed', LOST, '2026-01-02T00:00:01Z'],
  ])('%s', (status, state, now) => {
    expect(statusOf(state, new Date(now))).toBe(status);
  });
});
