import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DomainCheck } from '../../server/dns/dns-check.ts';
import { isPublicUnicast } from '../../server/dns/public-address.ts';
import { Resolver } from '../../server/dns/resolver.ts';
import { Exchange } from '../../server/dns/transport/exchange.ts';
import { createLoopbackDns, IMPATIENT, inShort, openCheck, UNENDING } from './loopback-check.ts';
import { startLoopbackDns } from './loopback-dns.ts';
import type { NameServer } from './name-server.ts';
import type { ZoneNames } from './zone.ts';

const NAME = 'abc._domainkey.example.org';
const OURS = { TXT: ['k=rsa;p=AAAA'] };

/** The first three of what was started; there are as many as the test asked for. */
function three(servers: readonly NameServer[]): [NameServer, NameServer, NameServer] {
  const [first, second = first, third = second] = servers;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('no server was started');
  return [first, second, third];
}

describe.concurrent('the servers of one zone', () => {
  test('a stale, a dead and a lame name server are each reported for themselves', async () => {
    await using net = await startLoopbackDns({ authorities: 4 });
    net.publish(NAME, OURS);
    const [, stale, dead] = net.authorities;
    const lame = net.authorities[3];
    stale?.publish(NAME, null);
    if (dead) dead.fault = 'silent';
    lame?.zones.clear();
    if (lame) lame.fault = 'lame';
    const survey = await openCheck(net, IMPATIENT).askAuthorities(NAME, 'TXT');
    expect(survey.zone).toBe('example.org');
    expect(inShort(survey.observations)).toEqual({
      'ns1.example.org': 'present k=rsa;p=AAAA',
      'ns2.example.org': 'absent nxdomain',
      'ns3.example.org': 'unknown timeout',
      'ns4.example.org': 'unknown lame',
    });
  });

  test('nothing is known when all name servers are dead, and each is waited for once', async () => {
    await using net = await startLoopbackDns({ authorities: 2 });
    for (const server of net.authorities) server.fault = 'silent';
    const check = openCheck(net, IMPATIENT);
    const silent = { 'ns1.example.org': 'unknown timeout', 'ns2.example.org': 'unknown timeout' };
    expect(inShort((await check.askAuthorities(NAME, 'TXT')).observations)).toEqual(silent);
    const asked = net.authorities.map(({ queries }) => queries.length);
    const again = await check.askAuthorities('other.example.org', 'TXT');
    expect(inShort(again.observations)).toEqual(silent);
    expect(again.observations.map(({ ms }) => ms)).toEqual([0, 0]);
    expect(net.authorities.map(({ queries }) => queries.length)).toEqual(asked);
  });

  test.each([
    ['has no such domain', {}],
    ['has nothing of the type at the name', { [NAME.slice(0, -'.org'.length)]: { A: ['192.0.2.1'] } }],
  ])('a name server is lame that serves only the zone above, which %s', async (_what, names) => {
    await using net = await startLoopbackDns({ authorities: 2 });
    const [, above] = three(net.authorities);
    above.zones.clear();
    above.serve('org', names);
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(inShort(observations)).toEqual({
      'ns1.example.org': 'absent nxdomain',
      'ns2.example.org': 'unknown lame',
    });
  });

  test('NXDOMAIN and NODATA are told apart, with the time that a resolver may cache them', async () => {
    await using net = await startLoopbackDns({
      zones: { 'example.org': { [`abc._domainkey`]: OURS } },
    });
    const [server] = three(net.authorities);
    const zone = server.zones.get('example.org');
    if (zone) zone.soa = { ttl: 1800, minimum: 3600 };
    const check = openCheck(net);
    const missing = await check.askAuthorities('no._domainkey.example.org', 'TXT');
    expect(missing.observations).toMatchObject([
      { outcome: { kind: 'absent', reason: 'nxdomain', negativeTtl: 1800 } },
    ]);
    if (zone) zone.soa = { ttl: 1800, minimum: 60 };
    // An empty non-terminal: something lies below.
    const empty = await check.askAuthorities('_domainkey.example.org', 'TXT');
    expect(empty.observations).toMatchObject([
      { outcome: { kind: 'absent', reason: 'nodata', negativeTtl: 60 } },
    ]);
  });

  test('a wildcard answers for a name that does not exist', async () => {
    await using net = await startLoopbackDns({ zones: { 'example.org': { '*': { TXT: ['v=spf1 -all'] } } } });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(inShort(observations)).toEqual({ 'ns1.example.org': 'present v=spf1 -all' });
  });

  test('an internationalised name and names in any letter case are found', async () => {
    await using net = await startLoopbackDns({
      zones: { 'xn--bcher-kva.example': { 'abc._domainkey': OURS } },
    });
    const check = createLoopbackDns(net).open('XN--Bcher-KVA.example.', UNENDING);
    const { zone, observations } = await check.askAuthorities('ABC._domainkey.xn--bcher-kva.EXAMPLE.', 'TXT');
    expect(zone).toBe('xn--bcher-kva.example');
    expect(inShort(observations)).toEqual({ 'ns1.xn--bcher-kva.example': 'present k=rsa;p=AAAA' });
  });

  test('MX, SOA and address records are read as text', async () => {
    await using net = await startLoopbackDns({
      zones: { 'example.org': { '@': { MX: ['10 MX.example.org', '0 .'], AAAA: ['2001:db8::1'] } } },
    });
    const check = openCheck(net);
    const values = async (type: 'MX' | 'SOA' | 'AAAA' | 'NS') =>
      (await check.askAuthorities('example.org', type)).observations.map(({ outcome }) => outcome);
    expect(await values('MX')).toMatchObject([{ values: ['10 mx.example.org', '0 .'] }]);
    expect(await values('AAAA')).toMatchObject([{ values: ['2001:db8::1'] }]);
    expect(await values('NS')).toMatchObject([{ values: ['ns1.example.org'] }]);
    expect(await values('SOA')).toMatchObject([
      { values: ['ns1.example.org hostmaster.example.org 1 7200 3600 1209600 300'] },
    ]);
  });

  test('eight of 200 name servers are asked', async () => {
    const hosts = Array.from({ length: 200 }, (_, i) => `ns${i + 1}`);
    const names: ZoneNames = Object.fromEntries(hosts.map((host, i) => [host, { A: [`127.0.1.${i + 1}`] }]));
    names['@'] = { NS: hosts.map((host) => `${host}.example.org`) };
    await using net = await startLoopbackDns({ zones: { 'example.org': names } });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(observations).toHaveLength(8);
    expect(net.resolver.queries.filter(({ type }) => type === 'A')).toHaveLength(8);
  });

  test('eight of the 200 addresses of one name server are asked', async () => {
    const addresses = Array.from({ length: 200 }, (_, i) => `127.0.1.${i + 1}`);
    await using net = await startLoopbackDns();
    net.resolver.publish('ns1.example.org', { A: addresses });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(observations.map(({ address }) => address).sort()).toEqual(addresses.slice(0, 8).sort());
  });

  test('a name server without an address, or with one that the resolver cannot tell, is unknown', async () => {
    await using net = await startLoopbackDns({
      zones: { 'example.org': { '@': { NS: ['ns1.example.org', 'gone.example.org', 'odd.example.org'] } } },
    });
    const [server] = three(net.authorities);
    net.publish(NAME, OURS);
    net.resolver.publish('ns1.example.org', { A: [server.address] });
    net.resolver.faults.set('odd.example.org', 'servfail');
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(inShort(observations)).toEqual({
      'ns1.example.org': 'present k=rsa;p=AAAA',
      'gone.example.org': 'unknown unreachable',
      'odd.example.org': 'unknown servfail',
    });
    expect(observations.map(({ address }) => address)).toEqual(['', server.address, '']);
  });

  test('a name server that is an alias is found all the same', async () => {
    await using net = await startLoopbackDns({
      zones: { 'example.org': { '@': { NS: ['ns.example.org'] }, ns: { CNAME: 'host.example.org' } } },
    });
    const [server] = three(net.authorities);
    net.publish(NAME, OURS);
    net.publish('host.example.org', { A: [server.address] });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(inShort(observations)).toEqual({ 'ns.example.org': 'present k=rsa;p=AAAA' });
  });

  test('IPv6 is tried when IPv4 leads nowhere', async () => {
    await using net = await startLoopbackDns();
    net.resolver.publish('ns1.example.org', { A: ['127.0.0.99'], AAAA: ['::1'] });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(observations.map(({ address }) => address)).toEqual(['127.0.0.99', '::1']);
  });
});

describe('aliases', () => {
  test('an authority gives the alias, and not what lies behind it', async () => {
    await using net = await startLoopbackDns({
      zones: { 'example.org': { 'abc._domainkey': { CNAME: 'Key.example.org.' }, key: OURS } },
    });
    const check = openCheck(net);
    const asTxt = await check.askAuthorities(NAME, 'TXT');
    expect(asTxt.observations).toMatchObject([
      { outcome: { kind: 'present', cname: 'key.example.org', values: [] } },
    ]);
    const asCname = await check.askAuthorities(NAME, 'CNAME');
    expect(asCname.observations).toMatchObject([
      { outcome: { kind: 'present', cname: 'key.example.org', values: ['key.example.org'] } },
    ]);
  });

  test.each([
    ['a loop', { 'abc._domainkey': { CNAME: 'b.example.org' }, b: { CNAME: NAME } }, 'b.example.org'],
    ['nowhere', { 'abc._domainkey': { CNAME: 'gone.example.org' } }, 'gone.example.org'],
    ['another zone', { 'abc._domainkey': { CNAME: 'key.example.net' } }, 'key.example.net'],
  ])('an alias that leads to %s is present without a value', async (_where, names, cname) => {
    await using net = await startLoopbackDns({ zones: { 'example.org': names } });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(observations).toMatchObject([{ outcome: { kind: 'present', cname, values: [] } }]);
  });
});

describe.concurrent('the way down', () => {
  test('a delegated _domainkey is found by its glue', async () => {
    await using net = await startLoopbackDns({ authorities: 2, spares: 1 });
    const [spare] = three(net.spares);
    net.publish('_domainkey.example.org', { NS: ['ns._domainkey.example.org'] });
    net.publish('ns._domainkey.example.org', { A: [spare.address] });
    spare.serve('_domainkey.example.org', { abc: OURS });
    const { zone, observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(zone).toBe('_domainkey.example.org');
    expect(inShort(observations)).toEqual({ 'ns._domainkey.example.org': 'present k=rsa;p=AAAA' });
    expect(spare.queries.map(({ type }) => type)).toEqual(['TXT', 'NS']);
  });

  test('a delegated subdomain is found when its servers lie elsewhere and have no glue', async () => {
    await using net = await startLoopbackDns({
      spares: 2,
      zones: { 'example.org': { mail: { NS: ['ns1.example.net', 'ns2.example.net'] } }, 'example.net': {} },
    });
    const [first, second] = three(net.spares);
    net.resolver.publish('ns1.example.net', { A: [first.address] });
    net.resolver.publish('ns2.example.net', { A: [second.address] });
    first.serve('mail.example.org', { 'abc._domainkey': OURS });
    second.serve('mail.example.org');
    const name = 'abc._domainkey.mail.example.org';
    const { zone, observations } = await openCheck(net).askAuthorities(name, 'TXT');
    expect(zone).toBe('mail.example.org');
    expect(inShort(observations)).toEqual({
      'ns1.example.net': 'present k=rsa;p=AAAA',
      'ns2.example.net': 'absent nxdomain',
    });
  });

  test('a server of a delegated subdomain that serves only the zone above, without the delegation, is lame', async () => {
    await using net = await startLoopbackDns({ spares: 1 });
    const [spare] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    spare.serve('example.org', {});
    const { observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual({ 'ns.mail.example.org': 'unknown lame' });
  });

  describe('a delegated zone that names other servers than the zone above it', () => {
    const FQDN = 'x.mail.example.org';

    /** The zone above names the first spare, and the zone itself the second one. */
    async function startDiffering() {
      const net = await startLoopbackDns({ spares: 3 });
      const [first, second, third] = three(net.spares);
      net.publish('mail.example.org', { NS: ['ns.above.example.org'] });
      net.publish('ns.above.example.org', { A: [first.address] });
      net.publish('ns.own.example.org', { A: [second.address] });
      for (const server of [first, second])
        server.serve('mail.example.org', { '@': { NS: ['ns.own.example.org'] } });
      return { net, first, second, third };
    }

    test('is asked at both, and the survey tells who names which', async () => {
      const { net, second } = await startDiffering();
      await using _net = net;
      second.publish(FQDN, OURS);
      const { zone, observations, cut } = await openCheck(net).askAuthorities(FQDN, 'TXT');
      expect(zone).toBe('mail.example.org');
      expect(inShort(observations)).toEqual({
        'ns.above.example.org': 'absent nxdomain',
        'ns.own.example.org': 'present k=rsa;p=AAAA',
      });
      expect(observations.map(({ namedBy }) => namedBy)).toEqual([['parent'], ['child']]);
      expect(cut).toEqual({
        zone: 'mail.example.org',
        above: 'example.org',
        nameServers: ['ns.own.example.org'],
        parentServers: ['ns.above.example.org'],
      });
    });

    test('is asked once in a check whom it names', async () => {
      const { net, first, second } = await startDiffering();
      await using _net = net;
      const check = openCheck(net);
      for (const name of [FQDN, `y.${FQDN}`, `z.${FQDN}`]) await check.askAuthorities(name, 'TXT');
      const asked = [first, second].flatMap((server) => server.queriesFor('mail.example.org', 'NS'));
      expect(asked).toHaveLength(1);
    });

    test('keeps its servers when the question whom it names is not answered', async () => {
      const { net, first } = await startDiffering();
      await using _net = net;
      first.faults.set('mail.example.org', 'silent');
      const check = openCheck(net, IMPATIENT);
      for (const name of [FQDN, `y.${FQDN}`]) {
        const { observations, cut } = await check.askAuthorities(name, 'TXT');
        expect(inShort(observations)).toEqual({ 'ns.above.example.org': 'absent nxdomain' });
        expect(cut).toBeUndefined();
      }
    });

    test('leads to the zones below it by the word of either side', async () => {
      const { net, first, third } = await startDiffering();
      await using _net = net;
      first.publish('sub.mail.example.org', { NS: ['ns.sub.mail.example.org'] });
      first.publish('ns.sub.mail.example.org', { A: [third.address] });
      third.serve('sub.mail.example.org', { x: OURS });
      const { zone, observations } = await openCheck(net).askAuthorities('x.sub.mail.example.org', 'TXT');
      expect(zone).toBe('sub.mail.example.org');
      expect(observations.map(({ name, namedBy }) => [name, namedBy])).toEqual([
        ['ns.own.example.org', ['child']],
        ['ns.sub.mail.example.org', ['parent']],
      ]);
    });

    test('shows that its servers were not asked where the zone above names eight others', async () => {
      const { net, first } = await startDiffering();
      await using _net = net;
      const hosts = Array.from({ length: 8 }, (_, i) => `ns${i}.mail.example.org`);
      net.authorities[0]?.publish('mail.example.org', { NS: hosts });
      for (const [i, host] of hosts.entries())
        net.authorities[0]?.publish(host, { A: [i === 0 ? first.address : `127.0.1.${i + 1}`] });
      const { observations } = await openCheck(net).askAuthorities(FQDN, 'TXT');
      expect(observations).toHaveLength(9);
      expect(inShort(observations)).toMatchObject({
        'ns0.mail.example.org': 'absent nxdomain',
        'ns.own.example.org': 'unknown budget',
      });
    });

    test('has eight of its servers asked, whoever names them', async () => {
      const { net, first, second } = await startDiffering();
      await using _net = net;
      const hosts = Array.from({ length: 20 }, (_, i) => `ns${i}.own.example.org`);
      for (const [i, host] of hosts.entries()) net.publish(host, { A: [`127.0.1.${i + 1}`] });
      for (const server of [first, second]) server.publish('mail.example.org', { NS: hosts });
      const { observations } = await openCheck(net).askAuthorities(FQDN, 'TXT');
      expect(observations).toHaveLength(8);
    });
  });

  test('a name without a zone cut asks no server for a zone’s own name servers', async () => {
    await using net = await startLoopbackDns({ authorities: 2 });
    await openCheck(net).askAuthorities(NAME, 'TXT');
    for (const server of net.authorities) expect(server.queries.map(({ type }) => type)).toEqual(['TXT']);
  });

  test('glue for a name outside the referring zone is not believed', async () => {
    await using net = await startLoopbackDns({
      spares: 2,
      zones: { 'example.org': { mail: { NS: ['ns.example.net'] } }, 'example.net': {} },
    });
    const [right, wrong] = three(net.spares);
    net.resolver.publish('ns.example.net', { A: [right.address] });
    net.authorities[0]?.zones.get('example.org')?.set('ns.example.net.', { A: [wrong.address] });
    right.serve('mail.example.org', { x: OURS });
    await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(right.queriesFor('x.mail.example.org')).toHaveLength(1);
    expect(wrong.queries).toHaveLength(0);
  });

  test('servers that refer to different ones do not raise the number of servers asked', async () => {
    await using net = await startLoopbackDns({ authorities: 2 });
    for (const [i, server] of net.authorities.entries()) {
      const hosts = Array.from({ length: 8 }, (_, k) => `ns${k}.of${i}.mail.example.org`);
      server.publish('mail.example.org', { NS: hosts });
      for (const [k, host] of hosts.entries()) server.publish(host, { A: [`127.0.${i + 2}.${k + 1}`] });
    }
    const { observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(observations).toHaveLength(8);
  });

  test('servers that each refer on by names of their own do not raise the number of questions to the resolver', async () => {
    await using net = await startLoopbackDns({
      authorities: 8,
      zones: { 'example.org': {}, 'fan.test': {} },
    });
    for (const [i, server] of net.authorities.entries()) {
      const hosts = Array.from({ length: 8 }, (_, k) => `ns${k}.of${i}.fan.test`);
      server.publish('mail.example.org', { NS: hosts });
      for (const host of hosts) net.resolver.publish(host, { A: ['127.0.0.99'] });
    }
    await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    const asked = net.resolver.queries.filter(({ name }) => name.endsWith('.fan.test'));
    expect(new Set(asked.map(({ name }) => name)).size).toBeLessThanOrEqual(8);
  });

  test('a dead or lame server of the zone above does not matter to the zone below', async () => {
    await using net = await startLoopbackDns({ authorities: 3, spares: 1 });
    const [spare] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    spare.serve('mail.example.org', { x: OURS });
    const [, dead, lame] = three(net.authorities);
    dead.fault = 'silent';
    lame.fault = 'lame';
    const { observations } = await openCheck(net, IMPATIENT).askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual({ 'ns.mail.example.org': 'present k=rsa;p=AAAA' });
  });

  test('an answer of a server of the zone above counts, because the world asks it too', async () => {
    await using net = await startLoopbackDns({ authorities: 2, spares: 1 });
    const [spare] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    spare.serve('mail.example.org', { x: OURS });
    net.authorities[1]?.publish('mail.example.org', null);
    const { zone, observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(zone).toBe('mail.example.org');
    expect(inShort(observations)).toEqual({
      'ns.mail.example.org': 'present k=rsa;p=AAAA',
      'ns2.example.org': 'absent nxdomain',
    });
  });

  test('a referral loop ends', async () => {
    await using net = await startLoopbackDns({ spares: 2 });
    const [first, second] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns1.mail.example.org'] });
    net.publish('ns1.mail.example.org', { A: [first.address] });
    const backAndForth = (to: NameServer) => ({
      mail: { NS: ['ns.mail.example.org'] },
      'ns.mail': { A: [to.address] },
    });
    first.serve('example.org', backAndForth(second));
    second.serve('example.org', backAndForth(first));
    const { observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual({ 'ns1.mail.example.org': 'unknown lame' });
  });

  test('five referrals are followed, a sixth is not', async () => {
    await using net = await startLoopbackDns({ spares: 6 });
    let [above] = three(net.authorities);
    const zones = ['example.org'];
    for (const spare of net.spares) {
      const zone = `sub.${zones.at(-1)}`;
      above.publish(zone, { NS: [`ns.${zone}`] });
      above.publish(`ns.${zone}`, { A: [spare.address] });
      spare.serve(zone, { x: { TXT: ['here'] } });
      zones.push(zone);
      above = spare;
    }
    const ask = async (name: string) =>
      inShort((await openCheck(net).askAuthorities(name, 'TXT')).observations);
    expect(await ask(`x.${zones[5]}`)).toEqual({ [`ns.${zones[5]}`]: 'present here' });
    expect(await ask(`x.${zones[6]}`)).toEqual({ [`ns.${zones[5]}`]: 'unknown lame' });
  });
});

describe('what the resolver hears', () => {
  test('the walk never asks the resolver for the record itself, even where a name server has that name', async () => {
    await using net = await startLoopbackDns({ spares: 1 });
    const [spare] = three(net.spares);
    net.publish('_domainkey.example.org', { NS: ['ns.example.org', NAME] });
    net.publish('ns.example.org', { A: [spare.address] });
    spare.serve('_domainkey.example.org');
    net.resolver.remembersAbsence = true;
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(inShort(observations)).toEqual({
      'ns.example.org': 'absent nxdomain',
      [NAME]: 'unknown unreachable',
    });
    expect(net.resolver.queriesFor(NAME)).toEqual([]);
    expect(new Set(net.resolver.queries.map(({ type }) => type))).toEqual(new Set(['NS', 'A']));
  });
});

describe('addresses that may not be asked', () => {
  const PRIVATE = [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    '::ffff:10.0.0.1',
    'fd00::1',
  ];

  test("private addresses of the domain's name servers are not asked", async () => {
    const hosts = PRIVATE.map((address, i): [string, object] => [
      `ns${i}`,
      address.includes(':') ? { AAAA: [address] } : { A: [address] },
    ]);
    const names = { ...Object.fromEntries(hosts), '@': { NS: hosts.map(([host]) => `${host}.example.org`) } };
    await using net = await startLoopbackDns({ zones: { 'example.org': names } });
    const { observations } = await openCheck(net, { allowPrivate: false }).askAuthorities(NAME, 'TXT');
    expect(Object.values(inShort(observations))).toEqual(PRIVATE.map(() => 'not-asked'));
    expect(net.authorities.flatMap(({ queries }) => queries)).toEqual([]);
    expect(net.resolver.queriesFor(NAME)).toEqual([]);
  });

  test('private addresses that come as glue are not asked', async () => {
    await using net = await startLoopbackDns({ spares: 1 });
    const [authority] = three(net.authorities);
    const [spare] = three(net.spares);
    const hosts = PRIVATE.map((_, i) => `ns${i}.mail.example.org`);
    net.publish('mail.example.org', { NS: [...hosts, 'ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    for (const [i, address] of PRIVATE.entries())
      net.publish(hosts[i] ?? '', address.includes(':') ? { AAAA: [address] } : { A: [address] });
    spare.serve('mail.example.org', { x: OURS });
    const now = () => performance.now();
    const exchange = new Exchange({ random: randomBytes, now });
    const servers = [net.resolver];
    const resolver = new Resolver({ exchange, servers, tries: [3000], onLookup: () => {}, now });
    const check = DomainCheck.open(
      {
        exchange,
        resolver,
        // On loopback no address is public: here one of them stands for those that are.
        mayQuery: (address) => address === authority.address || isPublicUnicast(address),
        authorityPort: net.port,
        authorityTimeout: 3000,
        onLookup: () => {},
      },
      'example.org',
      UNENDING,
    );
    const { observations } = await check.askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual(
      Object.fromEntries([...hosts, 'ns.mail.example.org'].map((host) => [host, 'not-asked'])),
    );
    expect(net.resolver.queries.map(({ name }) => name)).toEqual(['example.org', 'org', 'ns1.example.org']);
    expect(authority.queries).toHaveLength(1);
    expect(spare.queries).toEqual([]);
  });
});
