import type { Actor } from '@letterhead/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AppliedCheck, applyVerdicts, type CheckMode } from '../../server/monitor/apply-verdicts.ts';
import type { RecordState } from '../../server/store/interface/domain-row.ts';
import { statusOf } from '../../server/verification/record-state.ts';
import type { Verdict, Verdicts } from '../../server/verification/verdict.ts';
import { CREATED, NOT_VERIFIED, sendingDomain, VERIFIED } from '../verification/sending-domain.ts';

const MONITOR: Actor = { kind: 'monitor', token_id: null, address: null };
const NOW = new Date('2026-01-02T00:00:00Z');
const LATER = '2026-01-02T00:00:00Z';

const RIGHT: Verdict = { code: 'OK', verdict: 'valid', firstHand: true, seen: 'everywhere', cachedFor: null };
const WRONG: Verdict = {
  code: 'RECORD_MISSING',
  verdict: 'missing',
  firstHand: true,
  seen: 'nowhere',
  cachedFor: null,
};
const WRONG_BY_RESOLVER: Verdict = { ...WRONG, firstHand: false };
const UNKNOWN: Verdict = {
  code: 'DNS_SERVFAIL',
  verdict: 'unknown',
  firstHand: false,
  seen: null,
  cachedFor: null,
};

/** When a check was made that found the record wrong, a quarter of an hour before now. */
const EARLIER = '2026-01-01T23:45:00Z';

const DEGRADED: RecordState = { ...VERIFIED, degraded: true, wrong_since: EARLIER };
const NEWLY_DEGRADED: RecordState = { ...DEGRADED, wrong_since: LATER };
const UNREACHABLE: RecordState = { ...VERIFIED, degraded: true };
const LOST: RecordState = { ...NOT_VERIFIED, degraded: true, since: LATER, wrong_since: EARLIER };

function checkAs(mode: CheckMode, began = NOW): AppliedCheck {
  return {
    mode,
    began,
    ended: NOW,
    actor: MONITOR,
    silence: null,
    before: undefined,
    found: { records: {} },
  };
}

function apply(dkim: RecordState, verdict: Verdict, mode: CheckMode, began?: Date) {
  return applyVerdicts(sendingDomain({ dkim }), { 'dkim:1': verdict }, checkAs(mode, began));
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
    ['found wrong once: degraded', VERIFIED, WRONG, 'monitor', NEWLY_DEGRADED, 'domain.degraded'],
    ['found wrong by a share link: degraded', VERIFIED, WRONG, 'share', NEWLY_DEGRADED, 'domain.degraded'],
    ['found right after that: recovered', DEGRADED, RIGHT, 'monitor', VERIFIED, 'domain.recovered'],
    ['found right after silence: recovered', UNREACHABLE, RIGHT, 'monitor', VERIFIED, 'domain.recovered'],
    ['found wrong after silence: degraded', UNREACHABLE, WRONG, 'monitor', NEWLY_DEGRADED, 'domain.degraded'],
    ['found wrong twice: lost', DEGRADED, WRONG, 'monitor', LOST, 'domain.lost'],
    [
      'found wrong when asked: lost at once',
      VERIFIED,
      WRONG,
      'verify',
      { ...LOST, wrong_since: LATER },
      'domain.lost',
    ],
    ['wrong by hearsay: degraded', VERIFIED, WRONG_BY_RESOLVER, 'monitor', NEWLY_DEGRADED, 'domain.degraded'],
    [
      'wrong by hearsay when asked: degraded',
      VERIFIED,
      WRONG_BY_RESOLVER,
      'verify',
      NEWLY_DEGRADED,
      'domain.degraded',
    ],
  ])(
    'a verdict changes the record as it says and makes its event: %s',
    (_, before, verdict, mode, after, event) => {
      const change = apply(before, verdict, mode);
      expect(change?.row.records).toEqual([after]);
      expect(change?.events.map(({ type }) => type)).toEqual([event]);
      expect(change?.events[0]).toMatchObject({
        actor: MONITOR,
        at: LATER,
        domain: { id: 7, name: 'example.org' },
      });
    },
  );

  test.each<[string, RecordState, Verdict, CheckMode]>([
    ['still right', VERIFIED, RIGHT, 'monitor'],
    ['still missing', NOT_VERIFIED, WRONG, 'monitor'],
    ['still lost', LOST, WRONG, 'verify'],
    ['wrong again, by a share link', DEGRADED, WRONG, 'share'],
    ['wrong again, by hearsay only', DEGRADED, WRONG_BY_RESOLVER, 'monitor'],
    ['wrong again, by hearsay only, when asked', DEGRADED, WRONG_BY_RESOLVER, 'verify'],
  ])('a verdict that brings no news changes nothing: %s', (_, before, verdict, mode) => {
    expect(apply(before, verdict, mode)).toBeNull();
  });

  test('a transient verdict changes nothing, whatever came before', () => {
    const state = fc
      .record({
        verified: fc.boolean(),
        degraded: fc.boolean(),
        since: fc.constantFrom(CREATED, LATER),
        wrong_since: fc.constantFrom(null, EARLIER),
      })
      .map((changes) => ({ ...NOT_VERIFIED, ...changes }));
    fc.assert(
      fc.property(state, fc.constantFrom<CheckMode>('verify', 'monitor', 'share'), (before, mode) => {
        expect(apply(before, UNKNOWN, mode)).toBeNull();
      }),
    );
  });

  test('`verified` is never taken away by hearsay, whatever else was found', () => {
    const heard = fc.array(
      fc.tuple(
        fc.constantFrom(UNKNOWN, WRONG_BY_RESOLVER, RIGHT),
        fc.constantFrom<CheckMode>('verify', 'monitor', 'share'),
      ),
    );
    fc.assert(
      fc.property(heard, (verdicts) => {
        let row = sendingDomain({ dkim: VERIFIED });
        for (const [dkim, mode] of verdicts)
          row = applyVerdicts(row, { 'dkim:1': dkim }, checkAs(mode))?.row ?? row;
        expect(row.verified).toBe(true);
      }),
    );
  });

  test('`updated_at` moves with what the domain object shows, and only then', () => {
    expect(apply(NOT_VERIFIED, RIGHT, 'monitor')?.row.updated_at).toBe(LATER);
    expect(apply(DEGRADED, WRONG, 'monitor')?.row.updated_at).toBe(LATER);
    expect(apply(VERIFIED, WRONG, 'monitor')?.row.updated_at).toBe(CREATED);
    expect(apply(DEGRADED, RIGHT, 'monitor')?.row.updated_at).toBe(CREATED);
  });

  test('two checks that overlap are one finding: a record is lost by one that began a quarter of an hour later', () => {
    const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
    const first = apply(VERIFIED, WRONG, 'monitor', ago(5_000))?.row.records[0] ?? VERIFIED;
    expect(first).toEqual(NEWLY_DEGRADED);
    for (const began of [ago(5_000), ago(0)]) expect(apply(first, WRONG, 'monitor', began)).toBeNull();
    expect(apply(DEGRADED, WRONG, 'monitor', ago(1_000))).toBeNull();
    expect(apply(DEGRADED, WRONG, 'monitor', NOW)?.row.verified).toBe(false);
  });

  test('a key is activated when its record is first verified', () => {
    const activated = apply(NOT_VERIFIED, RIGHT, 'monitor')?.row;
    expect(activated?.keys).toMatchObject([{ id: 1, activated_at: LATER }]);
    const lost = applyVerdicts(activated ?? sendingDomain(), { 'dkim:1': WRONG }, checkAs('verify'));
    expect(lost?.row.keys).toEqual(activated?.keys);
  });

  test('the DKIM and the Return-Path record change independently, each with its own event', () => {
    const row = sendingDomain({ dkim: VERIFIED, return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
    const verdicts: Verdicts = { 'dkim:1': WRONG, return_path: { ...RIGHT } };
    const change = applyVerdicts(row, verdicts, checkAs('verify'));
    expect(change?.row).toMatchObject({
      verified: true,
      records: [
        { id: 'dkim:1', verified: false, degraded: true },
        { id: 'return_path', verified: true, degraded: false, target: 't.example.net' },
      ],
    });
    expect(change?.events.map(({ type, changes }) => [type, changes['record'], changes['verified']])).toEqual(
      [
        ['domain.lost', 'DKIM', { from: true, to: false }],
        ['domain.verified', 'Return-Path', { from: false, to: true }],
      ],
    );
  });

  test('a record that was not checked stays as it is', () => {
    const row = sendingDomain({ dkim: VERIFIED, return_path: { ...VERIFIED, target: 't.example.net' } });
    expect(applyVerdicts(row, { return_path: RIGHT }, checkAs('monitor'))).toBeNull();
  });
});

describe('where a record stands', () => {
  test.each<[string, RecordState, string]>([
    ['pending', NOT_VERIFIED, '2026-01-30T23:59:59Z'],
    ['failed', NOT_VERIFIED, '2026-01-31T00:00:00Z'],
    ['verified', VERIFIED, '2027-01-01T00:00:00Z'],
    ['degraded', DEGRADED, '2027-01-01T00:00:00Z'],
    ['degraded', UNREACHABLE, '2027-01-01T00:00:00Z'],
    ['failed', LOST, '2026-01-02T00:00:01Z'],
  ])('the status of a record follows from its state and the time: %s', (status, state, now) => {
    expect(statusOf(state, new Date(now))).toBe(status);
  });
});
