import { describe, expect, test } from 'vitest';
import { createLoopbackDns, IMPATIENT, inShort, openCheck, UNENDING } from './loopback-check.ts';
import { startLoopbackDns, three } from './loopback-dns.ts';
import type { ZoneNames } from './zone.ts';

const NAME = 'abc._domainkey.example.org';
const OURS = { TXT: ['k=rsa;p=AAAA'] };

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
