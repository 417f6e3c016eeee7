import { describe, expect, test } from 'vitest';
import type { Note, ServerCode } from '../../server/verification/diagnosis/finding.ts';
import { CheckFixture } from './check-fixture.ts';
import { ANOTHER_KEY, NOT_VERIFIED, OUR_KEY, SELECTOR, sendingDomain } from './sending-domain.ts';

const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS = `k=rsa;p=${OUR_KEY}`;

function failed(code: ServerCode, name: string): Note {
  return { kind: 'servers-failed', failure: { code, isBudget: false, names: [name] } };
}

describe('whom a check asks', () => {
  test('a check asks only the authorities while they say that the record is not there', async () => {
    await using scene = await CheckFixture.set();
    const row = sendingDomain({ return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
    await scene.check(row);
    expect(scene.servers.authorities[0]?.queriesFor(FQDN, 'TXT')).not.toEqual([]);
    expect(scene.servers.resolver.queriesFor(FQDN)).toEqual([]);
    expect(scene.servers.resolver.queriesFor(`bounces-${SELECTOR}.example.org`)).toEqual([]);
  });

  test('a record published after a check is found at once, even with a resolver that caches the absence', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.resolver.remembersAbsence = true;
    expect((await scene.check(sendingDomain())).dkim.code).toBe('RECORD_MISSING');
    scene.servers.publish(FQDN, { TXT: [OURS] });
    expect((await scene.check(sendingDomain())).dkim.code).toBe('OK');
  });

  test('a check asks the resolver too once the record is there, and says until when it caches the absence', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, { TXT: [OURS] });
    scene.servers.resolver.cache.set(FQDN, { negative: 'nodata', ttl: 900 });
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({
      code: 'NEGATIVE_CACHED',
      state: 'valid',
      source: 'authority',
      clears_at: new Date('2026-01-01T01:15:00Z'),
    });
  });

  test('a resolver is said to hold an absence for no longer than caches hold anything, whatever it says', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, { TXT: [OURS] });
    scene.servers.resolver.cache.set(FQDN, { negative: 'nodata', ttl: 4_294_967_295 });
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'NEGATIVE_CACHED', clears_at: new Date('2026-01-08T01:00:00Z') });
  });

  test('a check asks no other names for a record that is right', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, { TXT: [OURS] });
    await scene.check(sendingDomain());
    const names = scene.servers.authorities[0]?.queries.map(({ name, type }) => `${type} ${name}`);
    expect(names?.toSorted()).toEqual([
      'MX example.org',
      'TXT _dmarc.example.org',
      'TXT abc12def345._domainkey.example.org',
      'TXT example.org',
    ]);
  });

  test('a check asks the resolver when no authority says anything definitive', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, { TXT: [OURS] });
    for (const server of scene.servers.authorities) server.fault = 'refused';
    const { dkim, verdicts } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'OK', source: 'resolver', found: [OURS] });
    expect(dkim.nameservers.map(({ outcome }) => outcome)).toEqual(['refused']);
    expect(verdicts['dkim:1']).toMatchObject({ verdict: 'valid', firstHand: false });
  });

  test('an absence that only the resolver reports is hearsay', async () => {
    await using scene = await CheckFixture.set();
    for (const server of scene.servers.authorities) server.fault = 'refused';
    const { dkim, verdicts } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'RECORD_MISSING', source: 'resolver' });
    expect(verdicts['dkim:1']).toMatchObject({ verdict: 'missing', firstHand: false });
  });

  test('a misplaced record is found through the resolver as well', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(`${FQDN}.example.org`, { TXT: [OURS] });
    for (const server of scene.servers.authorities) server.fault = 'refused';
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({
      code: 'HOST_DOUBLED',
      source: 'resolver',
    });
  });
});

describe('authorities at addresses that are not public', () => {
  test('authorities at private addresses are not asked, and the resolver’s answer counts', async () => {
    await using scene = await CheckFixture.set({ allowPrivate: false });
    scene.servers.publish(FQDN, { TXT: [OURS] });
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'OK', source: 'resolver' });
    expect(dkim.nameservers).toMatchObject([{ name: 'ns1.example.org', outcome: 'not-asked', values: [] }]);
    expect(scene.servers.authorities[0]?.queries).toEqual([]);
  });
});

describe('silent servers', () => {
  test('silent servers are set aside when another one answers', async () => {
    await using scene = await CheckFixture.set({ authorities: 2 });
    scene.servers.publish(FQDN, { TXT: [OURS] });
    const [, second] = scene.servers.authorities;
    if (second !== undefined) second.fault = 'silent';
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'OK', source: 'authority', transient: false });
    expect(dkim.nameservers.map(({ outcome }) => outcome)).toEqual(['present', 'timeout']);
  });

  test('silent servers leave the last definitive state as it was', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, { TXT: [`k=rsa;p=${ANOTHER_KEY}`] });
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'OTHER_KEY', state: 'invalid' });
    for (const server of [scene.servers.resolver, ...scene.servers.authorities])
      server.faults.set(FQDN, 'silent');
    const { dkim, verdicts } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({
      code: 'DNS_TIMEOUT',
      state: 'invalid',
      transient: true,
      severity: 'warning',
      action: null,
    });
    expect(dkim.fix).toContain('ns1.example.org');
    expect(verdicts['dkim:1']?.verdict).toBe('unknown');
  });

  test('silent servers cost no more time than the check itself has', async () => {
    await using scene = await CheckFixture.set();
    for (const server of [scene.servers.resolver, ...scene.servers.authorities]) server.fault = 'silent';
    const { dkim } = await scene.check(sendingDomain(), AbortSignal.abort());
    expect(dkim).toMatchObject({ transient: true, state: 'unknown' });
  });
});

describe('an alias', () => {
  const elsewhere = { zones: { 'example.org': {}, 'provider.example': {} } };
  const TARGET = 'key1.provider.example';

  test('an alias is followed, as receivers do', async () => {
    await using scene = await CheckFixture.set(elsewhere);
    scene.servers.publish(FQDN, { CNAME: TARGET });
    scene.servers.publish(TARGET, { TXT: [OURS] });
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'OK', source: 'authority', found: [OURS] });
    expect(dkim.nameservers[0]?.values).toEqual([TARGET]);
  });

  test('an alias that the resolver cannot follow says nothing', async () => {
    await using scene = await CheckFixture.set(elsewhere);
    scene.servers.publish(FQDN, { CNAME: TARGET });
    scene.servers.publish(TARGET, { TXT: [OURS] });
    scene.servers.resolver.faults.set(FQDN, 'servfail');
    for (const server of scene.servers.authorities) server.faults.set(TARGET, 'servfail');
    const { dkim, verdicts } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DNS_SERVFAIL', transient: true });
    expect(verdicts['dkim:1']?.verdict).toBe('unknown');
  });

  test('an alias whose target is gone is wrong first-hand, by the word of the servers there', async () => {
    await using scene = await CheckFixture.set(elsewhere);
    scene.servers.publish(FQDN, { CNAME: TARGET });
    const { verdicts } = await scene.check(sendingDomain());
    expect(verdicts['dkim:1']).toMatchObject({ code: 'WRONG_TYPE', verdict: 'invalid', firstHand: true });
  });

  test('an alias is right when its target is, even if the resolver still caches something else', async () => {
    await using scene = await CheckFixture.set(elsewhere);
    scene.servers.publish(FQDN, { CNAME: TARGET });
    scene.servers.publish(TARGET, { TXT: [OURS] });
    scene.servers.resolver.cache.set(TARGET, { negative: 'nxdomain', ttl: 600 });
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'NEGATIVE_CACHED', state: 'valid', clears_at: expect.any(Date) });
  });
});

test('servers that disagree about the target of an alias are named, not those of the alias itself', async () => {
  await using scene = await CheckFixture.set({
    authorities: 2,
    zones: { 'example.org': {}, 'provider.example': {} },
  });
  const target = 'key1.provider.example';
  scene.servers.publish(FQDN, { CNAME: target });
  scene.servers.authorities[0]?.publish(target, { TXT: [OURS] });
  const { dkim, finding } = await scene.check(sendingDomain());
  expect(dkim).toMatchObject({ code: 'NAMESERVERS_DISAGREE', state: 'valid', fix: null });
  expect(finding).toMatchObject({ without: ['ns2.provider.example'] });
});

test.each([
  ['ns1', 'good'],
  ['ns1', 'bad'],
  ['ns2', 'good'],
  ['ns2', 'bad'],
])(
  'an alias that leads to the record at %s alone is right, with the resolver at the %s one',
  async (having, told) => {
    await using scene = await CheckFixture.set({ authorities: 2 });
    const { resolver, authorities } = scene.servers;
    const target = (isGood: boolean) => ({ CNAME: `${isGood ? 'good' : 'bad'}.example.org` });
    scene.servers.publish('good.example.org', { TXT: [OURS] });
    for (const [at, server] of authorities.entries()) server.publish(FQDN, target(having === `ns${at + 1}`));
    resolver.publish(FQDN, target(told === 'good'));
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'NAMESERVERS_DISAGREE', state: 'valid' });
    expect(dkim.action?.remove).toEqual([{ type: 'CNAME', count: 1, values: null }]);
    const lacking = having === 'ns1' ? 'ns2.example.org' : 'ns1.example.org';
    expect(finding).toMatchObject({ without: [expect.stringContaining(lacking)] });
  },
);

test('all aliases that servers have are named, none of which the resolver follows', async () => {
  await using scene = await CheckFixture.set({ authorities: 2 });
  const { resolver, authorities } = scene.servers;
  for (const [at, target] of ['bad', 'worse'].entries())
    authorities[at]?.publish(FQDN, { CNAME: `${target}.example.org` });
  resolver.publish(FQDN, { CNAME: 'good.example.org' });
  const { dkim, finding } = await scene.check(sendingDomain());
  const aliases = ['bad.example.org', 'worse.example.org'];
  expect(finding).toMatchObject({ code: 'WRONG_TYPE', aliases, found: aliases });
  expect(dkim.detail).toContain('points to bad.example.org or worse.example.org');
});

test('all targets that servers have for the Return-Path are named', async () => {
  await using scene = await CheckFixture.set({ authorities: 2 });
  for (const [at, target] of ['bad', 'worse'].entries())
    scene.servers.authorities[at]?.publish(`bounces-${SELECTOR}.example.org`, {
      CNAME: `${target}.example.org`,
    });
  const row = sendingDomain({ return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
  const { returnPath } = await scene.check(row);
  expect(returnPath).toMatchObject({ code: 'CNAME_WRONG_TARGET' });
  expect(returnPath?.detail).toContain('points to bad.example.org or worse.example.org instead of');
});

test('all servers whose aliases lead to no record are named, whatever the resolver follows', async () => {
  await using scene = await CheckFixture.set({ authorities: 3 });
  const { resolver, authorities } = scene.servers;
  scene.servers.publish('good.example.org', { TXT: [OURS] });
  for (const [at, target] of ['good', 'bad', 'worse'].entries())
    authorities[at]?.publish(FQDN, { CNAME: `${target}.example.org` });
  resolver.publish(FQDN, { CNAME: 'good.example.org' });
  const { finding } = await scene.check(sendingDomain());
  const without = ['ns2.example.org', 'ns3.example.org'];
  expect(finding).toMatchObject({ code: 'NAMESERVERS_DISAGREE', without });
});

describe('additional notes', () => {
  test('a diagnosis names the servers that lack the record', async () => {
    await using scene = await CheckFixture.set({ authorities: 3 });
    scene.servers.publish(FQDN, { TXT: [OURS] });
    scene.servers.authorities[1]?.publish(FQDN, null);
    const { dkim, finding, verdicts } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'NAMESERVERS_DISAGREE', severity: 'warning', state: 'valid' });
    expect(finding).toMatchObject({ without: ['ns2.example.org'] });
    expect(verdicts['dkim:1']?.verdict).toBe('valid');
  });

  test('a diagnosis does not say that a resolver forgets by itself what servers without the record tell it', async () => {
    await using scene = await CheckFixture.set({ authorities: 2 });
    scene.servers.authorities[0]?.publish(FQDN, { TXT: [OURS] });
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'NAMESERVERS_DISAGREE', clears_at: null });
    expect(dkim.detail).toContain('Our resolver doesn’t find the record, either: it asked one of these');
    expect(dkim.detail).not.toContain('by themselves');
  });

  test('a diagnosis names the servers that did not answer or are not responsible, whatever the others said', async () => {
    await using scene = await CheckFixture.set({ authorities: 4 });
    const [, stale, dead, lame] = scene.servers.authorities;
    scene.servers.publish(FQDN, { TXT: [OURS] });
    stale?.publish(FQDN, null);
    dead?.faults.set(FQDN, 'silent');
    lame?.faults.set(FQDN, 'lame');
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'NAMESERVERS_DISAGREE', state: 'valid', transient: false });
    expect(finding).toMatchObject({
      without: ['ns2.example.org'],
      notes: [failed('DNS_TIMEOUT', 'ns3.example.org'), failed('DNS_LAME', 'ns4.example.org')],
    });
    expect(dkim.nameservers.map(({ outcome }) => outcome)).toEqual(['present', 'absent', 'timeout', 'lame']);
  });

  test('a diagnosis relies on a single stale server beside a dead and a lame one', async () => {
    await using scene = await CheckFixture.set({ authorities: 3 });
    const [stale, dead, lame] = scene.servers.authorities;
    scene.servers.publish(FQDN, { TXT: [OURS] });
    stale?.publish(FQDN, null);
    dead?.faults.set(FQDN, 'silent');
    lame?.faults.set(FQDN, 'lame');
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'RECORD_MISSING', source: 'authority' });
    expect(finding.notes).toEqual([
      failed('DNS_TIMEOUT', 'ns2.example.org'),
      failed('DNS_LAME', 'ns3.example.org'),
    ]);
  });

  test('a diagnosis names all the ways in which no answer came', async () => {
    await using scene = await CheckFixture.set({ authorities: 2 });
    const [dead, refusing] = scene.servers.authorities;
    for (const server of [scene.servers.resolver, dead]) server?.faults.set(FQDN, 'silent');
    refusing?.faults.set(FQDN, 'refused');
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim.code).toBe('DNS_TIMEOUT');
    expect(finding).toMatchObject({
      failures: [{ code: 'DNS_TIMEOUT', names: ['ns1.example.org'] }],
      notes: [failed('DNS_REFUSED', 'ns2.example.org')],
    });
  });

  test('a diagnosis says that a server gives a long answer over TCP no more than over UDP', async () => {
    await using scene = await CheckFixture.set();
    for (const server of [scene.servers.resolver, ...scene.servers.authorities])
      server.faults.set(FQDN, 'tcp-hangup');
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(finding).toMatchObject({ code: 'DNS_TIMEOUT', failures: [{ isOverTcp: true }] });
    expect(dkim.detail).toContain('ns1.example.org didn’t answer over TCP');
    expect(dkim.fix).toContain('make ns1.example.org answer for example.org over TCP (port 53)');
  });

  test('a diagnosis says that servers at private addresses were not asked, rather than that they did not answer', async () => {
    await using scene = await CheckFixture.set({ allowPrivate: false });
    scene.servers.publish(FQDN, { TXT: [OURS] });
    const { finding } = await scene.check(sendingDomain());
    expect(finding.notes).toEqual([{ kind: 'servers-not-asked', names: ['ns1.example.org'] }]);
  });

  test('a diagnosis says that our resolver failed when no server could be asked', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.resolver.fault = 'servfail';
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DNS_SERVFAIL', nameservers: [] });
    expect(finding).toMatchObject({ failures: [], resolverQuestion: 'name-servers' });
  });

  test.each<[string, (scene: CheckFixture) => void]>([
    ['NAMESERVERS_DISAGREE', ({ servers }) => servers.authorities[1]?.publish(FQDN, null)],
    ['NEGATIVE_CACHED', ({ servers }) => servers.resolver.cache.set(FQDN, { negative: 'nxdomain', ttl: 9 })],
    ['RESOLVER_FAILS', ({ servers }) => servers.resolver.faults.set(FQDN, 'servfail')],
  ])('a diagnosis notes that a record of the code %s is in test mode, too', async (code, arrange) => {
    await using scene = await CheckFixture.set({ authorities: 2 });
    scene.servers.publish(FQDN, { TXT: [`t=y;${OURS}`] });
    arrange(scene);
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim.code).toBe(code);
    expect(finding.notes).toEqual([{ kind: 'test-mode' }]);
  });

  test('a diagnosis notes that the record lies at a second wrong place', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(`${FQDN}.example.org`, { TXT: [OURS] });
    scene.servers.publish(`${SELECTOR}.example.org`, { TXT: [OURS] });
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim.code).toBe('HOST_DOUBLED');
    expect(dkim.found_at).toBe(`${FQDN}.example.org`);
    expect(finding.notes).toEqual([{ kind: 'also-at', names: [`${SELECTOR}.example.org`] }]);
  });

  test('a diagnosis notes that the servers say different things, none of which is right', async () => {
    await using scene = await CheckFixture.set({ authorities: 2 });
    scene.servers.publish(FQDN, { TXT: [`p=${ANOTHER_KEY}`] });
    scene.servers.authorities[1]?.publish(FQDN, null);
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim.code).toBe('OTHER_KEY');
    expect(finding.notes).toEqual([{ kind: 'servers-disagree' }]);
  });

  test('a diagnosis notes that a DNAME record leads to the record, which OpenDKIM does not follow', async () => {
    await using scene = await CheckFixture.set({ zones: { 'example.org': {}, 'provider.example': {} } });
    scene.servers.publish('_domainkey.example.org', { DNAME: 'keys.provider.example' });
    scene.servers.publish(`${SELECTOR}.keys.provider.example`, { TXT: [OURS] });
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'OK', state: 'valid' });
    expect(finding.notes).toEqual([{ kind: 'through-dname' }]);
  });

  test('a diagnosis without anything to note has no notes', async () => {
    await using scene = await CheckFixture.set({ authorities: 2 });
    scene.servers.publish(FQDN, { TXT: [OURS] });
    expect((await scene.check(sendingDomain())).finding.notes).toEqual([]);
  });

  test('a missing record is no error while it is pending, and a missing Return-Path never is', async () => {
    await using scene = await CheckFixture.set();
    const row = sendingDomain({ return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
    const severities = async () => (await scene.check(row)).diagnosis.records.map(({ severity }) => severity);
    expect(await severities()).toEqual(['info', 'info']);
    scene.now = new Date('2026-03-01T00:00:00Z');
    expect(await severities()).toEqual(['error', 'warning']);
  });

  test('the word of the zone above that a domain does not exist is first-hand', async () => {
    await using scene = await CheckFixture.set({ zones: { org: {} } });
    expect((await scene.check(sendingDomain())).verdicts['dkim:1']).toMatchObject({
      code: 'DOMAIN_NOT_FOUND',
      verdict: 'missing',
      firstHand: true,
    });
  });

  test('the fix is short enough to read, even with 50 records to remove', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, {
      TXT: [...Array.from({ length: 50 }, (_, i) => `${i} ${'x'.repeat(60)}`), OURS],
    });
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim.action).toMatchObject({
      kind: 'remove',
      value: OURS,
      remove: [{ type: 'TXT', count: 50, values: null }],
    });
    expect(dkim.fix?.length).toBeLessThan(600);
    expect(dkim.found[0]).toBe(OURS);
  });

  test('the evidence of a check stays under 50 KB, even for an answer as large as DNS allows', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, { TXT: Array.from({ length: 100 }, (_, i) => `${i} ${'x'.repeat(500)}`) });
    const { dkim, evidence } = await scene.check(sendingDomain());
    expect(dkim.code).toBe('BAD_SYNTAX');
    expect(JSON.stringify(evidence).length).toBeLessThan(50_000);
  });
});

test('where a missing record may have landed, one name server is asked, and the others where it does not answer', async () => {
  await using scene = await CheckFixture.set({ authorities: 2 });
  const doubled = `${SELECTOR}._domainkey.example.org.example.org`;
  scene.servers.publish(doubled, { TXT: [`k=rsa;p=${OUR_KEY}`] });
  const asked = () => scene.servers.authorities.map((server) => server.queriesFor(doubled, 'TXT').length);
  expect((await scene.check(sendingDomain())).dkim.code).toBe('HOST_DOUBLED');
  expect(asked()).toEqual([1, 0]);
  scene.servers.authorities[0]?.faults.set(doubled, 'refused');
  expect((await scene.check(sendingDomain())).dkim.code).toBe('HOST_DOUBLED');
  expect(asked()[1]).toBe(1);
});
