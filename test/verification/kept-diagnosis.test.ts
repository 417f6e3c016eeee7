import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordDiagnosis } from '@letterhead/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Observation, Outcome } from '../../server/dns/outcome.ts';
import { EVIDENCE_LIMITS } from '../../server/limits.ts';
import { advise } from '../../server/verification/advice/advise.ts';
import { diagnose } from '../../server/verification/diagnose.ts';
import type { AdviceEvidence, RecordEvidence } from '../../server/verification/evidence.ts';
import { readKeptDiagnosis, toKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import { judge } from '../../server/verification/verdict.ts';
import { startTestServer, type TestServer } from '../running-server.ts';
import diagnosis2 from './formats/diagnosis-2.json' with { type: 'json' };
import evidence1 from './formats/evidence-1.json' with { type: 'json' };
import { NOT_VERIFIED, OUR_KEY, SELECTOR, sendingDomain } from './sending-domain.ts';

const NOW = new Date('2026-01-01T02:00:00Z');

async function createDomain(server: TestServer) {
  const { id, dns_records } = await server.letterhead.domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  const [record] = dns_records;
  if (record === undefined) throw new Error('a domain without records');
  return { id, value: record.value, fqdn: `${record.hostname}.example.org` };
}

async function diagnosisOf(server: TestServer, id: number): Promise<RecordDiagnosis> {
  const [dkim] = (await server.letterhead.domains.diagnosis.query({ account: 1, id })).records;
  if (dkim === undefined) throw new Error('a diagnosis without records');
  return dkim;
}

const fileOf = ({ dataDir }: TestServer, id: number) => join(dataDir, 'evidence', '1', `${id}.json`);

describe('a diagnosis', () => {
  test('a diagnosis finds our record among 150 others, says how many there are, and shows a few of them', async () => {
    await using server = await startTestServer();
    const { id, fqdn, value } = await createDomain(server);
    const others = Array.from({ length: 150 }, (_, i) => `a value beside ours ${i} ${'x'.repeat(300)}`);
    server.dns.publish(fqdn, { TXT: [...others, value] });
    await server.letterhead.domains.verifyDns.mutate({ account: 1, id });

    const seen = await diagnosisOf(server, id);
    expect(seen).toMatchObject({ code: 'MULTIPLE_RECORDS', state: 'invalid' });
    expect(seen.action).toMatchObject({
      kind: 'remove',
      value,
      remove: [{ type: 'TXT', count: 150, values: null }],
    });
    expect(seen.found[0]).toBe(value);
    for (const values of [seen.found, ...seen.nameservers.map((one) => one.values)]) {
      expect(values.length).toBeLessThanOrEqual(EVIDENCE_LIMITS.valuesAnAnswer);
    }
    expect((await stat(fileOf(server, id))).size).toBeLessThan(EVIDENCE_LIMITS.bytes);
  });

  test('a diagnosis of 150 values without ours says what is wrong with them, and how many there are', async () => {
    await using server = await startTestServer();
    const { id, fqdn } = await createDomain(server);
    server.dns.publish(fqdn, { TXT: Array.from({ length: 150 }, (_, i) => `p=${i}`) });
    await server.letterhead.domains.verifyDns.mutate({ account: 1, id });
    const seen = await diagnosisOf(server, id);
    expect(seen).toMatchObject({ code: 'KEY_DAMAGED', state: 'invalid' });
    expect(seen.action).toMatchObject({
      kind: 'replace',
      remove: [{ type: 'TXT', count: 150, values: null }],
    });
  });

  test('a diagnosis is judged when the check is made, and reading it gives what was kept, with the status of now', async () => {
    await using server = await startTestServer();
    const { id } = await createDomain(server);
    await server.letterhead.domains.verifyDns.mutate({ account: 1, id });
    const kept = JSON.parse(await readFile(fileOf(server, id), 'utf8'));
    kept.evidence.records['dkim:1'].title = 'As it was kept';
    await writeFile(fileOf(server, id), JSON.stringify(kept));

    const seen = await server.letterhead.domains.diagnosis.query({ account: 1, id });
    expect(seen.records[0]).toMatchObject({
      code: 'RECORD_MISSING',
      title: 'As it was kept',
      severity: 'info',
    });
    expect(seen.status).toBe('pending');
    expect(seen.checked_at).not.toBeNull();
  });
});

describe('the evidence that an earlier version kept', () => {
  const row = sendingDomain({
    public_key: evidence1.public_key,
    return_path: { ...NOT_VERIFIED, target: 'token.bounces.example.net' },
  });

  test('evidence that an earlier version kept becomes a diagnosis again', () => {
    const stored = readKeptDiagnosis(row, evidence1.evidence);
    const { records, advice } = diagnose(row, stored, NOW);
    expect(records).toMatchObject([
      {
        code: 'MULTIPLE_RECORDS',
        state: 'invalid',
        severity: 'error',
        found: ['an old value', `k=rsa;p=${evidence1.public_key}`],
        nameservers: [{ name: 'ns1.example.org' }, { name: 'ns2.example.org' }],
        observed_at: new Date('2026-01-01T01:00:00Z'),
      },
      { code: 'RECORD_MISSING', state: 'missing', severity: 'info', source: 'authority' },
    ]);
    expect(advice.map(({ code }) => code)).toEqual(['SPF_OK', 'DMARC_MISSING']);
  });

  test('evidence that an earlier version kept for another selector says nothing about the new one', () => {
    expect(readKeptDiagnosis(sendingDomain({ selector: 'zyx98wvu765' }), evidence1.evidence)).toBeUndefined();
  });

  test('evidence that an earlier version kept is judged within the bounds of today, however much of it there is', () => {
    const many = structuredClone(evidence1.evidence);
    const values = Array.from({ length: 4_000 }, (_, i) => `p=${i}`);
    for (const one of many.records.dkim.evidence.observations)
      one.outcome.values = [...values, ...one.outcome.values];
    const before = process.threadCpuUsage();
    const stored = readKeptDiagnosis(row, many);
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(50);
    expect(stored?.records['dkim:1']).toMatchObject({ code: 'MULTIPLE_RECORDS' });
    expect(stored?.records['dkim:1']?.action?.remove).toEqual([{ type: 'TXT', count: 4001, values: null }]);
  });

  test('evidence that an earlier version kept is replaced by the next check, except for a record that was not checked', () => {
    const { observations, ...rest } = hostileEvidence([[`k=rsa;p=${evidence1.public_key}`]]);
    const seen = { ...rest, observations };
    const judged = judge(row, { 'dkim:1': seen });
    const kept = toKeptDiagnosis(readKeptDiagnosis(row, evidence1.evidence), row, judged, []);
    expect(kept.records).toMatchObject({ 'dkim:1': { code: 'OK' }, return_path: { code: 'RECORD_MISSING' } });
  });
});

test('a diagnosis that an earlier version kept in words alone is read with its words, and without the facts', () => {
  const row = sendingDomain({ public_key: diagnosis2.public_key });
  const { dkim } = diagnosis2.evidence.records;
  const { records, advice } = diagnose(row, readKeptDiagnosis(row, diagnosis2.evidence), NOW);
  expect(records).toMatchObject([
    { code: 'HOST_DOUBLED', state: 'missing', severity: 'error', title: dkim.title, fix: dkim.fix },
  ]);
  expect(records).toMatchObject([{ zone: 'example.org', found_at: null, action: null }]);
  expect(advice).toMatchObject([{ code: 'MX_MISSING', action: null }]);
  expect(readKeptDiagnosis(sendingDomain({ selector: 'zyx98wvu765' }), diagnosis2.evidence)).toBeUndefined();
});

const UNKNOWN: Outcome = { kind: 'unknown', reason: 'timeout' };

const present = (values: string[]): Outcome => ({ kind: 'present', values, cname: null, ttl: 300 });

/** As many and as long as a message holds. */
const longNames = (of: string) =>
  Array.from({ length: 200 }, (_, i) => `${of}${i}.${Array(3).fill('n'.repeat(60)).join('.')}.example.org`);

/** Evidence whose delegation is broken in every way that there is. */
function brokenDelegation(evidence: RecordEvidence): RecordEvidence[] {
  const { observations } = evidence;
  const [parentServers, nameServers] = [longNames('parent'), longNames('child')];
  const names = [...parentServers.slice(0, 8), ...nameServers.slice(0, 8)];
  const bySide = observations.map((one, at) => ({
    ...one,
    name: names[at] ?? one.name,
    namedBy: [at < 8 ? ('parent' as const) : ('child' as const)],
  }));
  const failing = bySide.map((one) => ({ ...one, outcome: UNKNOWN }));
  const ds = Array.from({ length: 200 }, (_, i) => `${i} 13 2 ${'AB'.repeat(32)}`);
  return [
    {
      ...evidence,
      delegation: { kind: 'found', zone: 'example.org', nameServers, parentServers },
      observations: bySide,
    },
    { ...evidence, observations: failing },
    { ...evidence, dnssec: { proof: 'keys', ds } },
  ];
}

function hostileEvidence(answers: readonly string[][]): RecordEvidence {
  const observations: Observation[] = answers.map((values, at) => ({
    name: `${'n'.repeat(60)}.${at}.example.org`,
    address: `2001:db8::${at}`,
    outcome: present(values),
    ms: 1.23456789,
  }));
  return {
    fqdn: `${SELECTOR}._domainkey.example.org`,
    type: 'TXT',
    observed_at: '2026-01-01T00:00:00Z',
    delegation: { kind: 'found', zone: 'example.org', nameServers: longNames('child') },
    zone: 'example.org',
    observations,
    resolver: null,
    alias: null,
    findings: [],
  };
}

test('a diagnosis takes no more than 50 KB, whatever the name servers answer', { timeout: 60_000 }, () => {
  const begin = fc.constantFrom(
    '',
    'v=',
    'v=spf1 +all ',
    'v=DMARC1; p=',
    `k=rsa;p=${OUR_KEY};n=`,
    'k=',
    'p=;',
  );
  const rest = fc.constantFrom('\u0000', 'é', '"', 'x', ';', 'all ', '🙂');
  const value = fc
    .tuple(begin, rest, fc.constantFrom(1, 30, 300, 4_000, 60_000))
    .map(([head, tail, length]) => head + tail.repeat(length));
  const answer = fc.array(value, { minLength: 1, maxLength: 16 });
  const row = sendingDomain({ return_path: { ...NOT_VERIFIED, target: 'token.bounces.example.net' } });
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 20 }), answer, (answers, texts) => {
      const evidence = hostileEvidence(answers);
      const advice: AdviceEvidence = {
        spf: { txt: present(texts.map((text) => `v=spf1 ${text}`)), lookups: 1 },
        dmarc: [{ name: '_dmarc.example.org', txt: present(texts) }],
        mx: { kind: 'absent', reason: 'nodata', negativeTtl: null },
      };
      for (const dkim of [evidence, ...brokenDelegation(evidence)]) {
        const return_path: RecordEvidence = { ...dkim, type: 'CNAME' };
        const judged = judge(row, { 'dkim:1': dkim, return_path });
        const kept = toKeptDiagnosis(undefined, row, judged, advise(row, advice));
        const file = JSON.stringify({ format: 1, evidence: kept }, null, 2);
        expect(Buffer.byteLength(file)).toBeLessThan(EVIDENCE_LIMITS.bytes);
        expect(readKeptDiagnosis(row, JSON.parse(file).evidence)).toEqual(kept);
      }
    }),
    { numRuns: 40 },
  );
});
