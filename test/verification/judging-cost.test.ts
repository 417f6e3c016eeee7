import { describe, expect, test } from 'vitest';
import type { Observation, Outcome } from '../../server/dns/outcome.ts';
import { dnsRecordOf } from '../../server/records/dns-records.ts';
import type { RecordEvidence } from '../../server/verification/evidence.ts';
import { relevanceTo } from '../../server/verification/match-value.ts';
import { truncateObservations } from '../../server/verification/truncate.ts';
import { judge } from '../../server/verification/verdict.ts';
import { ANOTHER_KEY, OUR_KEY, sendingDomain } from './sending-domain.ts';

const ROW = sendingDomain();
const SERVERS = 8;
const ROUNDS = 5;

/** What a hostile name server answers with about so many bytes; a message has room for 64,000. */
type Answer = (server: number, bytes: number) => string[];

const many = <T>(count: number, value: (at: number) => T) =>
  Array.from({ length: Math.floor(count) }, (_, at) => value(at));

const HOSTILE: Record<string, Answer> = {
  'thousands of keys, each of which could go on in any other': (server, bytes) =>
    many(bytes / 16, (at) => `p=${(at * SERVERS + server).toString(36)}`),
  'thousands of pieces of our value': (_, bytes) =>
    many(bytes / 16, (at) => OUR_KEY.slice(at % 300, (at % 300) + 1 + (at % 13))),
  'a hundred spoilt copies of our value': (server, bytes) =>
    many(bytes / 420, (at) => `${server}${at}"k=rsa\\;p=${OUR_KEY}"`),
  'a hundred copies of our key, each without another letter': (server, bytes) =>
    many(bytes / 400, (at) => {
      const lost = (at * SERVERS + server) % OUR_KEY.length;
      return `p=${OUR_KEY.slice(0, lost)}${OUR_KEY.slice(lost + 1)}`;
    }),
  'a hundred keys that are not ours': (server, bytes) =>
    many(bytes / 400, (at) => `p=${ANOTHER_KEY};n=${server}${at}`),
  'one key of nothing but the lines of PEM': (server, bytes) => [
    `n=${server};p=${'-----BEGIN A'.repeat(bytes / 12)}`,
  ],
  'one key of nothing but white space and padding': (server, bytes) => [
    `n=${server};p=${'\n='.repeat(bytes / 2)}A`,
  ],
  'one value of nothing but tags': (server, bytes) => [many(bytes / 8, (at) => `t${server}${at}=`).join(';')],
  'one value of nothing but quotation marks': (server, bytes) => [`${server}${'"\\'.repeat(bytes / 2)}`],
  'our value with a long remark': (server, bytes) => [
    `k=rsa;p=${OUR_KEY};n=${server}${'\\"x '.repeat(bytes / 4)}`,
  ],
};

function toObservation(values: string[], at: number): Observation {
  const outcome: Outcome = { kind: 'present', values, cname: null, ttl: 300 };
  return { name: `ns${at}.example.org`, address: `192.0.2.${at}`, outcome, ms: 1 };
}

/** As a check does it with what it heard. */
function judgeAnswers(answers: readonly string[][]): void {
  const record = dnsRecordOf(ROW, 'dkim:1');
  if (record === undefined) throw new Error('a domain without a DKIM record');
  const dkim: RecordEvidence = {
    fqdn: record.fqdn,
    type: 'TXT',
    observed_at: '2026-01-01T00:00:00Z',
    delegation: { kind: 'found', zone: 'example.org', nameServers: [] },
    zone: 'example.org',
    observations: truncateObservations(answers.map(toObservation), (value) => relevanceTo(record, value)),
    resolver: null,
    alias: null,
    findings: [],
  };
  judge(ROW, { 'dkim:1': dkim });
}

/** Milliseconds of this thread's CPU that judging takes when each of eight servers answers so. */
function cpuOf(answer: Answer, bytes: number): number {
  const answers = many(SERVERS, (server) => answer(server, bytes));
  judgeAnswers(answers);
  const before = process.threadCpuUsage();
  for (let round = 0; round < ROUNDS; round++) judgeAnswers(answers);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / ROUNDS;
}

describe('judging what hostile name servers answer', () => {
  test.each(Object.entries(HOSTILE))(
    'judging hostile answers takes the main thread for less than 50 ms: %s',
    (_, answer) => {
      expect(cpuOf(answer, 64_000)).toBeLessThan(50);
    },
  );

  test.each(Object.entries(HOSTILE))(
    'judging hostile answers costs no more than n log n: %s',
    (_, answer) => {
      const once = cpuOf(answer, 64_000);
      // Twice n log n, and what the clock may be wrong by: a square would be four and sixteen times as much.
      expect(cpuOf(answer, 128_000)).toBeLessThan(2 * 2.2 * once + 3);
      expect(cpuOf(answer, 256_000)).toBeLessThan(2 * 4.6 * once + 3);
    },
  );
});
