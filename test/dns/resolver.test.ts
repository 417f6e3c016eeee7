import { describe, expect, test } from 'vitest';
import type { Fault } from './faults.ts';
import { createLoopbackDns, IMPATIENT, openCheck, UNENDING } from './loopback-check.ts';
import { startLoopbackDns } from './loopback-dns.ts';
import { NameServer } from './name-server.ts';

const NAME = 'abc._domainkey.example.org';

describe.concurrent('what a resolver says', () => {
  test('the resolver gives a record with the time that it may still be cached', async () => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { TXT: [['k=rsa;', 'p=AAAA']], ttl: 77 });
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({
      kind: 'present',
      values: ['k=rsa;p=AAAA'],
      cname: null,
      ttl: 77,
    });
  });

  test('an alias is followed to its end, through other zones', async () => {
    await using net = await startLoopbackDns({
      zones: {
        'example.org': { 'abc._domainkey': { CNAME: 'abc.example.net', ttl: 500 } },
        'example.net': {
          abc: { CNAME: 'key.example.net', ttl: 40 },
          key: { TXT: ['k=rsa;p=AAAA'], ttl: 600 },
        },
      },
    });
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({
      kind: 'present',
      values: ['k=rsa;p=AAAA'],
      cname: 'abc.example.net',
      ttl: 40,
    });
    expect(await openCheck(net).askResolver(NAME, 'CNAME')).toEqual({
      kind: 'present',
      values: ['abc.example.net'],
      cname: 'abc.example.net',
      ttl: 500,
    });
  });

  test('a record that a DNAME record leads to is found, and the DNAME is told', async () => {
    await using net = await startLoopbackDns({
      zones: {
        'example.org': { _domainkey: { DNAME: 'keys.example.net' } },
        'example.net': { 'abc.keys': { TXT: ['k=rsa;p=AAAA'] } },
      },
    });
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({
      kind: 'present',
      values: ['k=rsa;p=AAAA'],
      cname: 'abc.keys.example.net',
      ttl: 300,
      throughDname: true,
    });
  });

  test.each([
    ['a name that does not exist', { CNAME: 'gone.example.org' }, 'gone.example.org'],
    ['a name without a record of that type', { CNAME: 'ns1.example.org' }, 'ns1.example.org'],
  ])('an alias to %s is present without a value', async (_where, records, cname) => {
    await using net = await startLoopbackDns();
    net.publish(NAME, records);
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({
      kind: 'present',
      values: [],
      cname,
      ttl: 300,
      negativeTtl: 300,
    });
  });

  test('an alias loop counts as the SERVFAIL that resolvers answer with', async () => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { CNAME: 'b.example.org' });
    net.publish('b.example.org', { CNAME: NAME });
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({ kind: 'unknown', reason: 'servfail' });
  });

  test('an alias loop in an answer of the server itself does not go on for ever', async () => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { CNAME: 'b.example.org' });
    net.publish('b.example.org', { CNAME: NAME });
    const check = openCheck(net, { resolvers: net.authorities });
    expect(await check.askResolver(NAME, 'TXT')).toMatchObject({ values: [], cname: 'b.example.org' });
  });

  test.each([
    ['the SOA record runs out first', { ttl: 90, minimum: 600 }],
    ['the SOA minimum is smaller', { ttl: 600, minimum: 90 }],
  ])('an absence comes with the time that it stays cached where %s', async (_case, times) => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
    net.resolver.cache.set(NAME, { negative: 'nxdomain', ...times });
    const check = openCheck(net);
    expect(await check.askResolver(NAME, 'TXT')).toEqual({
      kind: 'absent',
      reason: 'nxdomain',
      negativeTtl: 90,
    });
    expect((await check.askAuthorities(NAME, 'TXT')).observations).toMatchObject([
      { outcome: { kind: 'present' } },
    ]);
  });

  test('a name without a record of the type is absent with NODATA', async () => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
    expect(await openCheck(net).askResolver(NAME, 'MX')).toMatchObject({ kind: 'absent', reason: 'nodata' });
  });

  test('a server that does not recurse is lame as a resolver', async () => {
    await using net = await startLoopbackDns();
    net.publish('mail.example.org', { NS: ['ns.example.net'] });
    const check = openCheck(net, { resolvers: net.authorities });
    const lame = { kind: 'unknown', reason: 'lame' };
    expect(await check.askResolver('x.mail.example.org', 'TXT')).toEqual(lame);
    for (const server of net.authorities) server.fault = 'lame';
    expect(await check.askResolver(NAME, 'TXT')).toEqual(lame);
  });
});

describe.concurrent('a resolver that fails', () => {
  test('SERVFAIL is asked once more at once', async () => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
    net.resolver.fault = 'servfail-first';
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toMatchObject({ values: ['k=rsa;p=AAAA'] });
    expect(net.resolver.queries).toHaveLength(2);
  });

  test('SERVFAIL that goes away without checking is told from one that stays', async () => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
    net.publish('example.org', { DS: [`12345 13 2 ${'AB'.repeat(32)}`] });
    net.resolver.fault = 'bogus';
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({ kind: 'unknown', reason: 'bogus' });
    net.resolver.fault = 'servfail';
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({ kind: 'unknown', reason: 'servfail' });
    expect(net.resolver.queries).toHaveLength(4 + 1 + 3);
  });

  test('SERVFAIL that goes away without checking is no sign of DNSSEC where there is no DS record', async () => {
    await using net = await startLoopbackDns();
    net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
    net.resolver.fault = 'bogus';
    expect(await openCheck(net).askResolver(NAME, 'TXT')).toEqual({ kind: 'unknown', reason: 'servfail' });
  });
});

describe.concurrent('several resolvers', () => {
  /** The resolver of the net, and ahead of it one that misbehaves. */
  async function startTwo(fault: Fault) {
    const net = await startLoopbackDns();
    net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
    const first = await NameServer.start({ recursive: true, zones: { 'example.org': {} } });
    first.fault = fault;
    return { net, first, dns: createLoopbackDns(net, { resolvers: [first, net.resolver], ...IMPATIENT }) };
  }

  test.each<Fault>(['silent', 'servfail', 'refused', 'lame', 'garbage', 'tcp-hangup'])(
    'when the first resolver is %s, the second one is asked, and is the first from then on',
    async (fault) => {
      const { net, first, dns } = await startTwo(fault);
      await using _net = net;
      await using _first = first;
      expect(await dns.open('example.org', UNENDING).askResolver(NAME, 'TXT')).toMatchObject({
        kind: 'present',
      });
      const heard = first.queries.length;
      expect(heard).toBeGreaterThan(0);
      expect(await dns.open('example.org', UNENDING).askResolver(NAME, 'TXT')).toMatchObject({
        kind: 'present',
      });
      expect(first.queries).toHaveLength(heard);
    },
  );

  test('the first definitive answer counts, even if the second resolver would answer differently', async () => {
    const { net, first, dns } = await startTwo('truncate');
    await using _net = net;
    await using _first = first;
    const check = dns.open('example.org', UNENDING);
    expect(await check.askResolver(NAME, 'TXT')).toMatchObject({ kind: 'absent' });
    expect(net.resolver.queries).toEqual([]);
  });

  test.each([
    ['silent', 'servfail'],
    ['servfail', 'silent'],
  ] as const)(
    'when the first resolver is %s and the second %s, the more telling error is reported',
    async (one, other) => {
      const { net, first, dns } = await startTwo(one);
      await using _net = net;
      await using _first = first;
      net.resolver.fault = other;
      const check = dns.open('example.org', UNENDING);
      expect(await check.askResolver(NAME, 'TXT')).toEqual({ kind: 'unknown', reason: 'servfail' });
    },
  );

  test('a resolver that was silent in the first round is asked again', async () => {
    await using net = await startLoopbackDns();
    net.resolver.fault = 'silent';
    const check = openCheck(net, { timeouts: { authority: 1000, resolver: [200, 2000] } });
    const asked = check.askResolver(NAME, 'TXT');
    // Each try has an id of its own.
    await expect.poll(() => new Set(net.resolver.queries.map(({ id }) => id)).size).toBe(2);
    net.resolver.fault = null;
    expect(await asked).toMatchObject({ kind: 'absent', reason: 'nxdomain' });
  });
});
