import { expect, test } from 'vitest';
import { IMPATIENT, inShort, openCheck } from './loopback-check.ts';
import { startLoopbackDns } from './loopback-dns.ts';
import { delegateFrom } from './parent-zone.ts';

const OURS = { TXT: ['k=rsa;p=AAAA'] };

test('a delegation names the zone and the name servers of a registrable domain', async () => {
  await using net = await startLoopbackDns({ authorities: 2 });
  expect(await openCheck(net).delegation()).toEqual({
    kind: 'found',
    zone: 'example.org',
    nameServers: ['ns1.example.org', 'ns2.example.org'],
  });
  expect(net.resolver.queries).toMatchObject([
    { name: 'example.org', type: 'NS' },
    { name: 'org', type: 'NS' },
  ]);
});

test('a registrable domain that is not an apex lies in the zone above it', async () => {
  await using net = await startLoopbackDns({
    zones: { org: { 'abc._domainkey.example': OURS, example: { A: ['192.0.2.1'] } } },
  });
  const check = openCheck(net);
  expect(await check.delegation()).toEqual({ kind: 'found', zone: 'org', nameServers: ['ns1.org'] });
  const { zone, observations } = await check.askAuthorities('abc._domainkey.example.org', 'TXT');
  expect(zone).toBe('org');
  expect(inShort(observations)).toEqual({ 'ns1.org': 'present k=rsa;p=AAAA' });
});

test('an alias at a domain does not make the name servers of its target responsible', async () => {
  await using net = await startLoopbackDns({
    spares: 1,
    zones: { org: {}, 'example.net': { 'abc._domainkey': { TXT: ['not this one'] } } },
  });
  const own = net.spares[0]?.serve('example.org', { '@': { CNAME: 'example.net' }, 'abc._domainkey': OURS });
  // The zone above refers to the domain's servers; the resolver has already stumbled over the alias.
  net.authorities[0]?.publish('example.org', { NS: ['ns.example.org'] });
  net.authorities[0]?.publish('ns.example.org', { A: [net.spares[0]?.address ?? ''] });
  if (own) net.resolver.zones.set('example.org', own);
  const check = openCheck(net);
  expect(await check.delegation()).toMatchObject({ kind: 'found', zone: 'org' });
  const { zone, observations } = await check.askAuthorities('abc._domainkey.example.org', 'TXT');
  expect(zone).toBe('example.org');
  expect(inShort(observations)).toEqual({ 'ns.example.org': 'present k=rsa;p=AAAA' });
});

test('a registrable domain that does not exist has no delegation', async () => {
  await using net = await startLoopbackDns({ zones: { org: {} } });
  const check = openCheck(net);
  expect(await check.delegation()).toEqual({ kind: 'no-such-domain' });
  expect(await check.askAuthorities('abc._domainkey.example.org', 'TXT')).toEqual({
    zone: null,
    observations: [],
  });
  expect(net.authorities[0]?.queries).toEqual([]);
});

test('a domain that lame servers call missing, so that the resolver has no SOA, exists if the zone above refers to it', async () => {
  await using net = await startLoopbackDns({ spares: 1 });
  const [parent] = net.spares;
  if (parent) delegateFrom(parent, net, 'example.org', { nameServers: { 'ns1.example.org': '127.0.0.2' } });
  net.resolver.cache.set('example.org', { negative: 'nxdomain', ttl: 60 });
  net.resolver.faults.set('example.org', 'no-soa');
  expect(await openCheck(net).delegation()).toEqual({
    kind: 'found',
    zone: 'example.org',
    nameServers: [],
    parentServers: ['ns1.example.org'],
    resolverFailure: 'lame',
  });
  parent?.publish('example.org', null);
  expect(await openCheck(net).delegation()).toEqual({ kind: 'no-such-domain' });
});

test('the delegation is unknown when the resolver has no SOA for a missing domain, and the zone above is not to be asked', async () => {
  await using net = await startLoopbackDns();
  net.resolver.cache.set('example.org', { negative: 'nxdomain', ttl: 60 });
  net.resolver.faults.set('example.org', 'no-soa');
  expect(await openCheck(net).delegation()).toEqual({ kind: 'unknown', reason: 'lame' });
});

test('the delegation is unknown when the resolver knows a domain but no zone that it lies in', async () => {
  await using net = await startLoopbackDns({ zones: { org: {} } });
  net.resolver.cache.set('example.org', { A: ['192.0.2.1'] });
  net.resolver.cache.set('org', { negative: 'nxdomain', ttl: 60 });
  expect(await openCheck(net).delegation()).toEqual({ kind: 'unknown', reason: 'lame' });
});

test('a name outside the zone is not asked for', async () => {
  await using net = await startLoopbackDns();
  expect(await openCheck(net).askAuthorities('example.net', 'TXT')).toEqual({ zone: null, observations: [] });
  expect(net.authorities[0]?.queries).toEqual([]);
});

test.each([
  ['servfail', 'servfail'],
  ['refused', 'refused'],
  ['silent', 'resolver-unreachable'],
] as const)('the delegation is unknown when the resolver is %s to everything: %s', async (fault, reason) => {
  await using net = await startLoopbackDns();
  net.resolver.fault = fault;
  expect(await openCheck(net, IMPATIENT).delegation()).toEqual({ kind: 'unknown', reason });
});

test('the delegation is unknown when no resolver listens, or none is set', async () => {
  await using net = await startLoopbackDns();
  const unreachable = { kind: 'unknown', reason: 'resolver-unreachable' };
  const nobody = { address: '127.0.0.99', port: net.port };
  expect(await openCheck(net, { resolvers: [nobody] }).delegation()).toEqual(unreachable);
  expect(await openCheck(net, { resolvers: [] }).delegation()).toEqual(unreachable);
});

test('a resolver that is silent about one domain does not count as unreachable', async () => {
  await using net = await startLoopbackDns();
  net.resolver.faults.set('example.org', 'silent');
  expect(await openCheck(net, IMPATIENT).delegation()).toEqual({ kind: 'unknown', reason: 'timeout' });
});

test('addresses that come with the name servers are not asked for again', async () => {
  await using net = await startLoopbackDns({ authorities: 2 });
  net.resolver.sendsAddresses = true;
  net.publish('abc._domainkey.example.org', OURS);
  const { observations } = await openCheck(net).askAuthorities('abc._domainkey.example.org', 'TXT');
  expect(inShort(observations)).toEqual({
    'ns1.example.org': 'present k=rsa;p=AAAA',
    'ns2.example.org': 'present k=rsa;p=AAAA',
  });
  expect(net.resolver.queries.map(({ type }) => type)).toEqual(['NS', 'NS']);
});
