import type { Advice } from '@letterhead/shared';
import { describe, expect, test } from 'vitest';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import type { Records } from '../dns/zone.ts';
import { CheckFixture } from './check-fixture.ts';
import { followFix } from './follow-fix.ts';
import {
  NOT_VERIFIED,
  SELECTOR,
  type SendingDomainOptions,
  sendingDomain,
  VERIFIED,
} from './sending-domain.ts';

interface Case {
  readonly code: Advice['code'];
  readonly severity: Advice['severity'];
  readonly when: string;
  readonly row?: SendingDomainOptions;
  readonly records?: Record<string, Records>;
  /** What the fix, followed to the letter, leads to. */
  readonly leadsTo?: Advice['code'];
}

const txt = (...TXT: string[]): Records => ({ TXT });
const chain = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `s${i}.example.org`,
      txt(i + 1 < count ? `v=spf1 include:s${i + 1}.example.org -all` : 'v=spf1 ip4:192.0.2.1 -all'),
    ]),
  );

const CASES: Case[] = [
  { code: 'SPF_MISSING', severity: 'info', when: 'there is none' },
  {
    code: 'SPF_MISSING',
    severity: 'info',
    when: 'a TXT record only looks like one',
    records: { 'example.org': txt('v=spf10 -all') },
  },
  {
    code: 'SPF_OK',
    severity: 'ok',
    when: 'there is one',
    records: { 'example.org': txt('other', 'v=spf1 mx -all') },
  },
  {
    code: 'SPF_MULTIPLE',
    severity: 'warning',
    when: 'there are two',
    records: { 'example.org': txt('other', 'v=spf1 mx ip4:192.0.2.1 -all', 'v=spf1 mx ip4:192.0.2.2 ~all') },
    leadsTo: 'SPF_OK',
  },
  {
    code: 'SPF_TOO_MANY_LOOKUPS',
    severity: 'warning',
    when: 'there are eleven in a chain',
    records: { 'example.org': txt('v=spf1 include:s0.example.org -all'), ...chain(11) },
  },
  {
    code: 'SPF_OK',
    severity: 'ok',
    when: 'there are ten in a chain',
    records: { 'example.org': txt('v=spf1 include:s0.example.org -all'), ...chain(10) },
  },
  {
    code: 'SPF_INVALID',
    severity: 'warning',
    when: 'it includes itself',
    records: { 'example.org': txt('v=spf1 include:example.org -all') },
  },
  {
    code: 'SPF_INVALID',
    severity: 'warning',
    when: 'a redirect leads to a record that includes the first',
    records: {
      'example.org': txt('v=spf1 redirect=s.example.org'),
      's.example.org': txt('v=spf1 include:EXAMPLE.org. -all'),
    },
  },
  {
    code: 'SPF_OK',
    severity: 'ok',
    when: 'two records include the same',
    records: {
      'example.org': txt('v=spf1 include:one.example.org include:two.example.org -all'),
      'one.example.org': txt('v=spf1 include:s0.example.org -all'),
      'two.example.org': txt('v=spf1 include:s0.example.org -all'),
      ...chain(1),
    },
  },
  {
    code: 'SPF_TOO_MANY_LOOKUPS',
    severity: 'warning',
    when: 'one of eleven look-ups was not answered',
    records: {
      'example.org': txt(`v=spf1 include:silent.example.org ${'ptr '.repeat(9)} include:s0.example.org -all`),
      ...chain(2),
    },
  },
  {
    code: 'SPF_NOT_COUNTED',
    severity: 'info',
    when: 'an include was not answered',
    records: { 'example.org': txt('v=spf1 include:silent.example.org -all') },
  },
  {
    code: 'SPF_NOT_COUNTED',
    severity: 'info',
    when: 'an include depends on the message',
    records: { 'example.org': txt('v=spf1 include:%{l}.example.org -all') },
  },
  {
    code: 'SPF_NOT_COUNTED',
    severity: 'info',
    when: 'the address of a host was not answered',
    records: { 'example.org': txt('v=spf1 a:silent.example.org -all') },
  },
  {
    code: 'SPF_NOT_COUNTED',
    severity: 'info',
    when: 'the record has thousands of terms',
    records: { 'example.org': txt(`v=spf1 ${'x=1 '.repeat(8_000)}-all`) },
  },
  {
    code: 'SPF_OK',
    severity: 'ok',
    when: 'what is too much comes after the end',
    records: { 'example.org': txt(`v=spf1 -all ${'ptr '.repeat(11)} redirect=nowhere.example.org`) },
  },
  {
    code: 'SPF_OK',
    severity: 'ok',
    when: 'a host has an IPv6 address alone, and two are gone',
    records: {
      'example.org': txt('v=spf1 a:six.example.org a:gone1.example.org exists:gone2.example.org -all'),
      'six.example.org': { AAAA: ['2001:db8::1'] },
    },
  },
  {
    code: 'SPF_VOID_LOOKUPS',
    severity: 'warning',
    when: 'three hosts are gone',
    records: {
      'example.org': txt('v=spf1 a:gone1.example.org mx:gone2.example.org exists:gone3.example.org -all'),
    },
  },
  {
    code: 'SPF_INVALID',
    severity: 'warning',
    when: 'a mechanism is mistyped',
    records: { 'example.org': txt('v=spf1 inlcude:s0.example.org -all'), ...chain(1) },
  },
  {
    code: 'SPF_INVALID',
    severity: 'warning',
    when: 'an included domain has no record',
    records: { 'example.org': txt('v=spf1 include:gone.example.org -all') },
  },
  {
    code: 'SPF_INVALID',
    severity: 'warning',
    when: 'an included domain has two records',
    records: {
      'example.org': txt('v=spf1 include:two.example.org -all'),
      'two.example.org': txt('v=spf1 -all', 'v=spf1 ~all'),
    },
  },
  {
    code: 'SPF_PASS_ALL',
    severity: 'info',
    when: 'everyone may send',
    records: { 'example.org': txt('other', 'v=spf1 mx +all') },
    leadsTo: 'SPF_OK',
  },
  {
    code: 'SPF_PASS_ALL',
    severity: 'info',
    when: 'a network is that of all IPv4 addresses',
    records: { 'example.org': txt('v=spf1 mx +ip4:0.0.0.0/0 -all') },
    leadsTo: 'SPF_OK',
  },
  ...['ip6:::/0', 'mx//0', 'a:example.org/24//0'].map(
    (term): Case => ({
      code: 'SPF_PASS_ALL',
      severity: 'info',
      when: `${term} is the network of all IPv6 addresses`,
      records: {
        'example.org': { ...txt(`v=spf1 ${term} -all`), A: ['192.0.2.1'], MX: ['10 example.org'] },
      },
      leadsTo: 'SPF_OK',
    }),
  ),
  {
    code: 'SPF_PASS_ALL',
    severity: 'info',
    when: 'the network of a host is that of all IPv4 addresses',
    records: { 'example.org': { ...txt('v=spf1 a:example.org/0'), A: ['192.0.2.1'] } },
    leadsTo: 'SPF_OK',
  },
  {
    code: 'SPF_PASS_ALL',
    severity: 'info',
    when: 'everyone passes by an include of an include',
    records: {
      'example.org': txt('v=spf1 include:one.example.org -all'),
      'one.example.org': txt('v=spf1 include:two.example.org -all'),
      'two.example.org': txt('v=spf1 +all'),
    },
  },
  {
    code: 'SPF_PASS_ALL',
    severity: 'info',
    when: 'everyone passes by a redirect',
    records: { 'example.org': txt('v=spf1 redirect=one.example.org'), 'one.example.org': txt('v=spf1 all') },
  },
  {
    code: 'SPF_OK',
    severity: 'ok',
    when: 'everyone passes in an include that does not count as a pass',
    records: {
      'example.org': txt('v=spf1 ?include:one.example.org -all'),
      'one.example.org': txt('v=spf1 +all'),
    },
  },
  {
    code: 'SPF_OK',
    severity: 'ok',
    when: 'everyone would pass after the end',
    records: { 'example.org': txt('v=spf1 mx -all +all') },
  },
  { code: 'DMARC_MISSING', severity: 'info', when: 'there is none', leadsTo: 'DMARC_POLICY' },
  {
    code: 'DMARC_MULTIPLE',
    severity: 'warning',
    when: 'there are two',
    records: { '_dmarc.example.org': txt('v=DMARC1; p=none', 'v=DMARC1; p=reject') },
  },
  {
    code: 'DMARC_INVALID',
    severity: 'warning',
    when: 'there is neither a policy nor an address for reports',
    records: { '_dmarc.example.org': txt('v=DMARC1; adkim=s') },
  },
  {
    code: 'DMARC_INVALID',
    severity: 'warning',
    when: 'the policy for subdomains is none of the three',
    records: { '_dmarc.example.org': txt('v=DMARC1; p=reject; sp=monitor; rua=mailto:a@example.org') },
  },
  {
    code: 'DMARC_POLICY',
    severity: 'ok',
    when: 'there is no policy, but an address for reports',
    records: { '_dmarc.example.org': txt('v=DMARC1; rua=mailto:a@example.org') },
  },
  {
    code: 'DMARC_POLICY',
    severity: 'ok',
    when: 'the registry has a record for its public suffix',
    records: { '_dmarc.org': txt('v=DMARC1; p=reject; psd=y') },
  },
  {
    code: 'DMARC_MISSING',
    severity: 'info',
    when: 'it is an alias to nowhere',
    records: { '_dmarc.example.org': { CNAME: 'gone.example.org' } },
    leadsTo: 'DMARC_POLICY',
  },
  {
    code: 'DMARC_MISSING',
    severity: 'info',
    when: 'a wildcard makes it an alias to nowhere',
    records: { '*.example.org': { CNAME: 'gone.net' } },
    leadsTo: 'DMARC_POLICY',
  },
  {
    code: 'DMARC_MISSING',
    severity: 'info',
    when: 'it is an alias to nowhere, where a wildcard leads all other names',
    records: { '*.example.org': { CNAME: 'gone.net' }, '_dmarc.example.org': { CNAME: 'gone.net' } },
    leadsTo: 'DMARC_POLICY',
  },
  {
    code: 'DMARC_MISSING',
    severity: 'info',
    when: 'only the registry has two records',
    records: { '_dmarc.org': txt('v=DMARC1; p=reject', 'v=DMARC1; p=none') },
  },
  {
    code: 'DMARC_MISSING',
    severity: 'info',
    when: 'the record of the registry has no valid policy',
    records: { '_dmarc.org': txt('v=DMARC1; p=monitor; psd=y; rua=mailto:a@example.org') },
  },
  {
    code: 'DMARC_INVALID',
    severity: 'warning',
    when: 'the record is not valid and the registry has one',
    records: { '_dmarc.example.org': txt('v=DMARC; p=none'), '_dmarc.org': txt('v=DMARC1; p=reject; psd=y') },
  },
  {
    code: 'DMARC_INVALID',
    severity: 'warning',
    when: 'the policy is none of the three',
    records: { '_dmarc.example.org': txt('v=DMARC1; p=monitor') },
  },
  {
    code: 'DMARC_INVALID',
    severity: 'warning',
    when: 'the version is mistyped',
    records: { '_dmarc.example.org': txt('v=DMARC; p=none') },
  },
  {
    code: 'DMARC_INVALID',
    severity: 'warning',
    when: 'a tag is there twice',
    records: { '_dmarc.example.org': txt('v=DMARC1; p=none; p=reject') },
  },
  {
    code: 'DMARC_POLICY',
    severity: 'ok',
    when: 'there is one',
    records: { '_dmarc.example.org': txt('v=DMARC1; p=none') },
  },
  {
    code: 'DMARC_POLICY',
    severity: 'ok',
    when: 'it is an alias',
    records: { '_dmarc.example.org': { CNAME: 'd.example.org' }, 'd.example.org': txt('v=DMARC1;p=reject') },
  },
  { code: 'MX_MISSING', severity: 'warning', when: 'there is none' },
  {
    code: 'MX_MISSING',
    severity: 'warning',
    when: 'it is a null MX',
    records: { 'example.org': { MX: ['0 .'] } },
  },
];

async function adviceOn(
  scene: CheckFixture,
  row: DomainRow,
  code: Advice['code'],
): Promise<Advice | undefined> {
  const kind = code.split('_')[0] ?? '';
  return (await scene.check(row)).diagnosis.advice.find((one) => one.code.startsWith(kind));
}

async function setScene(records: Record<string, Records> = {}): Promise<CheckFixture> {
  const { 'example.org': apex, ...names } = records;
  const scene = await CheckFixture.set({ zones: { 'example.org': apex === undefined ? {} : { '@': apex } } });
  const all = [scene.servers.resolver, ...scene.servers.authorities];
  for (const server of all) server.faults.set('silent.example.org', 'servfail');
  for (const [name, one] of Object.entries(names)) {
    if (!name.endsWith('example.org')) for (const server of all) server.serve(name, { '@': one });
    else scene.servers.publish(name, one);
  }
  return scene;
}

describe('advice', () => {
  test.concurrent.each(CASES)(
    'the advice is $code when $when',
    async ({ code, severity, row: changes, records, leadsTo }) => {
      await using scene = await setScene(records);
      const row = sendingDomain(changes);
      const advice = await adviceOn(scene, row, code);
      expect(advice).toMatchObject({ code, severity });
      if (leadsTo === undefined) return;
      if (advice !== undefined) followFix(advice, scene.servers);
      expect(await adviceOn(scene, row, code), advice?.fix ?? '').toMatchObject({ code: leadsTo });
    },
  );

  test('there is no advice about MX when replies can be delivered', async () => {
    await using scene = await setScene({ 'example.org': { MX: ['10 mx.example.org'] } });
    expect(await adviceOn(scene, sendingDomain(), 'MX_MISSING')).toBeUndefined();
  });

  test('the advice on MX for a domain that is an alias is not that it accepts no mail, nor to add a record beside the alias', async () => {
    await using scene = await setScene({ 'mail.example.org': { CNAME: 'pages.example.net' } });
    const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' });
    const advice = await adviceOn(scene, row, 'MX_MISSING');
    expect(advice?.detail).toContain('points to pages.example.net, and has no MX record');
    expect(advice?.fix).toContain('ask whoever runs pages.example.net');
  });

  test('there is no advice about records that the DNS did not answer for', async () => {
    await using scene = await setScene();
    for (const server of [scene.servers.resolver, ...scene.servers.authorities]) server.fault = 'servfail';
    expect((await scene.check(sendingDomain())).diagnosis.advice).toEqual([]);
  });

  test('advice takes one name server’s word, and asks the others where that one gives none', async () => {
    await using scene = await CheckFixture.set({
      authorities: 3,
      zones: { 'example.org': { '@': { ...txt('v=spf1 mx -all'), MX: ['10 mx.example.org'] } } },
    });
    const asked = () =>
      scene.servers.authorities.map((server) => server.queriesFor('example.org', 'MX').length);
    expect(await adviceOn(scene, sendingDomain(), 'SPF_OK')).toBeDefined();
    expect(asked()).toEqual([1, 0, 0]);
    expect(scene.servers.resolver.queriesFor('example.org', 'MX')).toEqual([]);
    const [first] = scene.servers.authorities;
    if (first !== undefined) first.fault = 'refused';
    expect(await adviceOn(scene, sendingDomain(), 'SPF_OK')).toBeDefined();
    expect(asked().slice(1)).toEqual([1, 1]);
  });

  test('there is no advice for a domain that does not exist', async () => {
    await using scene = await setScene();
    const { dkim, diagnosis } = await scene.check(sendingDomain({ domain: 'nowhere.org' }));
    expect([dkim.code, diagnosis.advice]).toEqual(['DOMAIN_NOT_FOUND', []]);
  });

  test.each([
    '"v=spf1 mx -all"',
    ' v=spf1 mx -all',
    '\uFEFFv=spf1 mx -all',
    'v=spf1; mx -all',
    'spf: v=spf1 mx -all',
  ])('the advice shows the record that was meant as an SPF record: %j', async (record) => {
    await using scene = await setScene({ 'example.org': txt('other', record) });
    const advice = await adviceOn(scene, sendingDomain(), 'SPF_MISSING');
    expect(advice).toMatchObject({ code: 'SPF_MISSING', severity: 'info' });
    expect(advice?.detail).toContain(`“${record}”`);
    expect(advice?.fix).toContain('begins with v=spf1 and a space');
  });

  test('the advice on several SPF records keeps all that they allowed', async () => {
    await using scene = await setScene({
      'example.org': txt('v=spf1 mx include:a.example.org -all', 'v=spf1 include:b.example.org mx ?all'),
    });
    const advice = await adviceOn(scene, sendingDomain(), 'SPF_MULTIPLE');
    expect(advice?.action?.value).toBe('v=spf1 mx include:a.example.org include:b.example.org ?all');
  });

  test('the advice says that SPF hardly matters once bounces come to us', async () => {
    await using scene = await setScene();
    const detail = async (row: SendingDomainOptions) =>
      (await adviceOn(scene, sendingDomain(row), 'SPF_MISSING'))?.detail;
    expect(await detail({ return_path: { ...VERIFIED, target: 't.example.net' } })).toContain(
      'doesn’t need SPF: bounces use our address',
    );
    expect(await detail({ return_path: { ...NOT_VERIFIED, target: 't.example.net' } })).toContain(
      'doesn’t need SPF once the Return-Path record is there',
    );
    expect(await detail({})).not.toContain('doesn’t need SPF');
  });

  test('the advice turns the redirect of one of several SPF records into an include, because beside other terms it means nothing', async () => {
    await using scene = await setScene({
      'example.org': txt('v=spf1 redirect=a.example.org', 'v=spf1 mx Redirect=b.example.org ~all'),
    });
    const advice = await adviceOn(scene, sendingDomain(), 'SPF_MULTIPLE');
    expect(advice?.action?.value).toBe('v=spf1 include:a.example.org mx ~all');
  });

  test.each([
    ['with the servers of the domain above', { '@': { NS: ['ns1.example.org'] } }, 0],
    ['with servers of its own', { '@': { NS: ['ns.mail.example.org'] }, ns: { A: ['127.0.0.3'] } }, 1],
  ])('the advice names the zone of a subdomain %s', async (_where, names, spares) => {
    const zones = {
      'example.org': {
        '@': { NS: ['ns1.example.org'] },
        ns1: { A: ['127.0.0.2'] },
        mail: { NS: names['@'].NS },
        'ns.mail': { A: ['127.0.0.3'] },
      },
    };
    await using scene = await CheckFixture.set({ zones, spares });
    const several = { ...names, '@': { ...names['@'], ...txt('v=spf1 mx -all', 'v=spf1 a -all') } };
    const responsible = spares === 0 ? scene.servers.authorities : scene.servers.spares;
    for (const server of [scene.servers.resolver, ...responsible]) server.serve('mail.example.org', several);
    const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' });
    const advice = await adviceOn(scene, row, 'SPF_MULTIPLE');
    expect(advice?.action).toMatchObject({ zone: 'mail.example.org', host: '@' });
  });

  test('the advice names the zone above a domain that is not a zone itself', async () => {
    await using scene = await CheckFixture.set({
      zones: { org: { example: txt('v=spf1 mx -all', 'v=spf1 a -all') } },
    });
    const spf = await adviceOn(scene, sendingDomain(), 'SPF_MULTIPLE');
    expect(spf?.action).toMatchObject({ zone: 'org', host: 'example' });
    const dmarc = await adviceOn(scene, sendingDomain(), 'DMARC_MISSING');
    expect(dmarc?.action).toMatchObject({ kind: 'add', zone: 'org', host: '_dmarc.example' });
  });

  test.each([
    ['v=DMARC1; p=none', 'like any other mail'],
    ['v=DMARC1; p=quarantine', 'spam folder'],
    ['v=DMARC1; p=reject', 'reject mail that fails'],
    ['v=DMARC1; p=reject; t=y', 'receivers should put mail that fails DMARC in the spam folder'],
    ['v=DMARC1; p=reject; pct=50; ri=3600', 'pct= and ri= are no longer part of DMARC'],
    ['v=DMARC1; p=reject; rf=afrf', 'rf= is no longer part of DMARC'],
    ['v=DMARC1; p=reject; psd=y', 'psd=y says'],
    ['v=DMARC1; rua=mailto:a@example.org', 'no p=, which counts as p=none'],
  ])('the advice puts the policy %s into words', async (record, words) => {
    await using scene = await setScene({ '_dmarc.example.org': txt(record) });
    expect((await adviceOn(scene, sendingDomain(), 'DMARC_POLICY'))?.detail).toContain(words);
  });

  test.each([
    ['v=DMARC1 p=none', 'there is no semicolon right after its v=DMARC1'],
    ['v=DMARC1, p=none', 'there is no semicolon right after its v=DMARC1'],
    ['v=DMARC1\\; p=none', 'there is no semicolon right after its v=DMARC1'],
    ['v=dmarc1; p=none', 'it doesn’t begin with v=DMARC1, spelled exactly like that'],
    ['“v=DMARC1; p=none”', 'it doesn’t begin with v=DMARC1, spelled exactly like that'],
  ])('the advice says why %j is no DMARC record', async (record, why) => {
    await using scene = await setScene({ '_dmarc.example.org': txt(record) });
    const advice = await adviceOn(scene, sendingDomain(), 'DMARC_INVALID');
    expect(advice).toMatchObject({ code: 'DMARC_INVALID', detail: expect.stringContaining(why) });
    expect(advice?.fix).toContain('begins with “v=DMARC1; p=none”');
  });

  test('the advice takes a subdomain’s own DMARC record, then the subdomain policy of the domain above', async () => {
    await using scene = await setScene({ '_dmarc.example.org': txt('v=DMARC1; p=reject; sp=none') });
    const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' });
    expect(await adviceOn(scene, row, 'DMARC_POLICY')).toMatchObject({
      title: expect.stringContaining('none'),
    });
    scene.servers.publish('_dmarc.mail.example.org', txt('v=DMARC1; p=quarantine'));
    expect(await adviceOn(scene, row, 'DMARC_POLICY')).toMatchObject({
      title: expect.stringContaining('quarantine'),
    });
  });

  test('the advice says that np= is for a domain that is not in the DNS yet, and sp= for one that is', async () => {
    await using scene = await setScene({
      '_dmarc.example.org': txt('v=DMARC1; p=none; sp=quarantine; np=reject'),
    });
    const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' });
    expect(await adviceOn(scene, row, 'DMARC_POLICY')).toMatchObject({
      title: 'DMARC: reject',
      detail: expect.stringContaining('mail.example.org doesn’t until its records are published'),
    });
    scene.servers.publish(`${SELECTOR}._domainkey.mail.example.org`, txt('any'));
    expect(await adviceOn(scene, row, 'DMARC_POLICY')).toMatchObject({
      title: 'DMARC: quarantine',
      detail: expect.stringContaining('sp=quarantine'),
    });
  });

  test.each([
    [
      'in its own record',
      'v=spf1 ip4:192.0.2 -all',
      'In the SPF record of example.org, correct “ip4:192.0.2” or remove it.',
    ],
    [
      'further on',
      'v=spf1 include:other.example.org -all',
      'remove the term that leads to other.example.org',
    ],
  ])('the advice on a mistake %s says who can correct it', async (_where, record, fix) => {
    await using scene = await setScene({
      'example.org': txt(record),
      'other.example.org': txt('v=spf1 mx: -all'),
    });
    expect((await adviceOn(scene, sendingDomain(), 'SPF_INVALID'))?.fix).toContain(fix);
  });

  test('the advice on several DMARC records needs no answer from the domains above', async () => {
    await using scene = await setScene({
      '_dmarc.example.org': txt('v=DMARC1; p=none', 'v=DMARC1; p=reject'),
    });
    scene.servers.resolver.faults.set('_dmarc.org', 'servfail');
    expect(await adviceOn(scene, sendingDomain(), 'DMARC_MULTIPLE')).toMatchObject({
      code: 'DMARC_MULTIPLE',
    });
  });

  test.each<[Advice['code'], string[]]>([
    ['SPF_MULTIPLE', ['v=spf1 mx -all', 'v=spf1 a -all']],
    ['SPF_PASS_ALL', ['v=spf1 +all']],
  ])(
    'the advice %s is for where the CNAME record of the domain leads, beside which no form takes another',
    async (code, values) => {
      await using scene = await setScene({
        'mail.example.org': { CNAME: 'www.example.org' },
        'www.example.org': txt(...values),
      });
      const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' });
      expect(await adviceOn(scene, row, code)).toMatchObject({
        code,
        action: null,
        fix: expect.stringMatching(
          /^At www\.example\.org, where the CNAME record of mail\.example\.org leads, /,
        ),
      });
    },
  );

  test.each<[Advice['code'], string, string]>([
    ['SPF_INVALID', 'v=spf1 ip4:192.0.2 -all', 'In the SPF record at'],
    ['SPF_TOO_MANY_LOOKUPS', `v=spf1 ${'ptr '.repeat(11)}-all`, 'In the SPF record at'],
    [
      'SPF_VOID_LOOKUPS',
      'v=spf1 a:a.example.org a:b.example.org a:c.example.org -all',
      'In the SPF record at',
    ],
    ['SPF_MISSING', '"v=spf1 mx -all"', 'At'],
  ])('the advice %s names the place where the CNAME record of the domain leads', async (code, record, at) => {
    await using scene = await setScene({
      'mail.example.org': { CNAME: 'www.example.org' },
      'www.example.org': txt(record),
    });
    const row = sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' });
    const advice = await adviceOn(scene, row, code);
    expect(advice?.code).toBe(code);
    const place = 'www.example.org, where the CNAME record of mail.example.org leads, ';
    expect(advice?.fix?.startsWith(`${at} ${place}`), advice?.fix ?? '').toBe(true);
  });

  test.each<[Advice['code'], string[]]>([
    ['DMARC_MULTIPLE', ['v=DMARC1; p=none', 'v=DMARC1; p=reject']],
    ['DMARC_INVALID', ['v=DMARC1; p=monitor']],
    ['DMARC_INVALID', ['v=DMARC1; p=none; p=reject']],
    ['DMARC_INVALID', ['v=DMARC; p=none']],
  ])('the advice %s names the place where the CNAME record of _dmarc leads: %j', async (code, values) => {
    await using scene = await setScene({
      '_dmarc.example.org': { CNAME: 'd.example.net' },
      'd.example.net': txt(...values),
    });
    const advice = await adviceOn(scene, sendingDomain(), code);
    expect(advice?.code).toBe(code);
    expect(advice?.fix).toMatch(
      /^At d\.example\.net, where the CNAME record of _dmarc\.example\.org leads, (keep one|change) /,
    );
  });

  test.each([
    ['ip6:::/0', 'The SPF record lets everyone pass over IPv6', 'in the world that sends over IPv6 may'],
    ['a//0', 'The SPF record lets everyone pass over IPv6', 'in the world that sends over IPv6 may'],
    ['a/24//0', 'The SPF record lets everyone pass over IPv6', 'in the world that sends over IPv6 may'],
    ['ip4:0.0.0.0/0', 'The SPF record lets everyone pass over IPv4', 'in the world that sends over IPv4 may'],
    ['a/0//64', 'The SPF record lets everyone pass over IPv4', 'in the world that sends over IPv4 may'],
    ['a/0//0', 'The SPF record lets everyone pass', 'every server in the world may'],
    ['+all', 'The SPF record lets everyone pass', 'every server in the world may'],
    ['include:six.example.org', 'The SPF record lets everyone pass over IPv6', 'sends over IPv6 may'],
  ])('the advice says who passes by %s', async (term, title, words) => {
    await using scene = await setScene({
      'example.org': { ...txt(`v=spf1 ${term} -all`), A: ['192.0.2.1'] },
      'six.example.org': txt('v=spf1 ip6:::/0 -all'),
    });
    const advice = await adviceOn(scene, sendingDomain(), 'SPF_PASS_ALL');
    expect(advice).toMatchObject({ code: 'SPF_PASS_ALL', title });
    expect(advice?.detail).toContain(words);
  });

  test.each<[Advice['code'], string[]]>([
    ['SPF_MULTIPLE', ['v=spf1 mx -all', 'v=spf1 x=caf\xe9 -all']],
    ['SPF_PASS_ALL', ['v=spf1 x=caf\xe9 +all']],
  ])('the advice %s gives no value to type that nobody can read', async (code, values) => {
    const TXT = values.map((value) => [Buffer.from(value, 'latin1')]);
    await using scene = await setScene({ 'example.org': { TXT } });
    const advice = await adviceOn(scene, sendingDomain(), code);
    expect(advice).toMatchObject({ code, action: null });
    expect(advice?.fix).not.toContain('\uFFFD');
  });

  test('the advice on hosts that are gone names the terms to remove from the SPF record', async () => {
    await using scene = await setScene({
      'example.org': txt('v=spf1 a:gone1.example.org include:other.example.org mx:gone2.example.org -all'),
      'other.example.org': txt('v=spf1 exists:gone3.example.org -all'),
    });
    const advice = await adviceOn(scene, sendingDomain(), 'SPF_VOID_LOOKUPS');
    expect(advice?.fix).toContain('remove “a:gone1.example.org” and “mx:gone2.example.org”');
  });
});
