import { describe, expect, test } from 'vitest';
import { CHECK_LIMITS } from '../../server/limits.ts';
import { CheckFixture } from './check-fixture.ts';
import { NOT_VERIFIED, OUR_KEY, SELECTOR, sendingDomain } from './sending-domain.ts';

const OURS = { TXT: [`k=rsa;p=${OUR_KEY}`] };
const TARGET = 't.example.net';
const RETURN_PATH = { ...NOT_VERIFIED, target: TARGET };

/** Questions received by all servers. */
function received({ servers }: CheckFixture): number {
  return [servers.resolver, ...servers.authorities].flatMap(({ queries }) => queries).length;
}

/** SPF records of which each leads to the next, `count` look-ups in all. */
function spfChain(count: number) {
  return Array.from({ length: count }, (_, i): [string, { TXT: string[] }] => [
    `s${i}.example.org`,
    { TXT: [i + 1 < count ? `v=spf1 include:s${i + 1}.example.org -all` : 'v=spf1 ip4:192.0.2.1 -all'] },
  ]);
}

describe.concurrent('the budget of a check', () => {
  test('the budget of a check is enough for a domain on eight servers, with 8 KB of TXT and SPF of ten lookups', async () => {
    await using scene = await CheckFixture.set({ authorities: 8 });
    const { servers } = scene;
    const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail', return_path: RETURN_PATH });
    const tokens = Array.from({ length: 60 }, (_, i) => `verification-of-service-${i}=${'x'.repeat(110)}`);
    servers.publish('mail.example.org', { TXT: [...tokens, 'v=spf1 include:s0.example.org -all'] });
    for (const [name, records] of spfChain(10)) servers.publish(name, records);
    servers.publish(`${SELECTOR}._domainkey.mail.example.org`, OURS);
    servers.publish(`bounces-${SELECTOR}.mail.example.org`, { CNAME: TARGET });
    const { evidence, verdicts } = await scene.check(row);
    expect([verdicts['dkim:1']?.verdict, verdicts.return_path?.verdict]).toEqual(['valid', 'valid']);
    expect(evidence.advice).toMatchObject({
      spf: { lookups: 10 },
      mx: { kind: 'absent' },
      dmarc: [{ txt: { kind: 'absent' } }, { txt: { kind: 'absent' } }, { txt: { kind: 'absent' } }],
    });
    expect(JSON.stringify(evidence)).not.toContain('budget');
  });

  test('the tree walk of a long name on eight servers asks for at most eight DMARC records, within the budget', async () => {
    await using scene = await CheckFixture.set({ authorities: 8 });
    const subdomain = 'a.b.c.d.e.f.g.h.i';
    const row = sendingDomain({ domain: `${subdomain}.example.org`, subdomain });
    scene.servers.publish('_dmarc.e.f.g.h.i.example.org', { TXT: ['v=DMARC1; p=reject; psd=n'] });
    const { evidence, diagnosis } = await scene.check(row);
    expect(diagnosis.advice.find(({ code }) => code === 'DMARC_POLICY')).toMatchObject({
      title: 'DMARC: reject',
      detail: expect.stringContaining('_dmarc.e.f.g.h.i.example.org'),
    });
    const { servers } = scene;
    const asked = [servers.resolver, ...servers.authorities].flatMap(({ queries }) => queries);
    const names = new Set(asked.map(({ name }) => name).filter((name) => name.startsWith('_dmarc.')));
    expect([...names].toSorted()).toEqual(evidence.advice.dmarc.map(({ name }) => name).toSorted());
    expect(names.size).toBe(8);
    expect(JSON.stringify(evidence.advice)).not.toContain('budget');
  });

  test('one record does not spend the budget while another is still to be asked, and the diagnosis says that it ended', async () => {
    await using scene = await CheckFixture.set({ authorities: 8 });
    const subdomain = 'a.b.c.d.e.f.g';
    const row = sendingDomain({
      domain: `${subdomain}.example.org`,
      subdomain,
      return_path: RETURN_PATH,
    });
    scene.servers.publish(`bounces-${SELECTOR}.${row.domain}`, { CNAME: TARGET });
    const { verdicts, dkim, evidence, finding } = await scene.check(row);
    expect(verdicts).toMatchObject({ 'dkim:1': { verdict: 'missing' }, return_path: { verdict: 'valid' } });
    expect(evidence.records.return_path?.budgetEnded).toBeUndefined();
    expect(dkim).toMatchObject({ code: 'RECORD_MISSING', state: 'missing' });
    expect(finding.notes).toEqual([{ kind: 'budget-ended' }]);
    expect(received(scene)).toBeLessThanOrEqual(CHECK_LIMITS.datagrams);
  });

  test('advice has its own part of the budget, and takes nothing from the records', async () => {
    await using scene = await CheckFixture.set();
    const { servers } = scene;
    const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' });
    servers.publish(`${SELECTOR}._domainkey.mail.example.org`, OURS);
    const hosts = (of: string) => Array.from({ length: 8 }, (_, k) => `ns${k}.${of}.example.net`);
    servers.publish('_dmarc.mail.example.org', { NS: hosts('one') });
    servers.publish('_dmarc.example.org', { NS: hosts('two') });
    const { evidence, verdicts } = await scene.check(row);
    expect(verdicts['dkim:1']).toMatchObject({ verdict: 'valid' });
    expect(JSON.stringify(evidence.advice)).toContain('"reason":"budget"');
    const forAdvice = servers.resolver.queries.filter(({ name }) => name.endsWith('.example.net'));
    // A question that is sent again keeps its id.
    const questions = new Set(forAdvice.map(({ id }) => id));
    expect(questions.size).toBeLessThanOrEqual(CHECK_LIMITS.adviceResolverQuestions);
  });
});
