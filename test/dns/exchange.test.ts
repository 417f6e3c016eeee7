import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Lookup } from '../../server/dns/lookup.ts';
import type { Fault } from './faults.ts';
import { manyTxt } from './hostile-answers.ts';
import { HostileServer } from './hostile-server.ts';
import {
  createLoopbackDns,
  IMPATIENT,
  inShort,
  openCheck,
  plentyOfBudget,
  UNENDING,
} from './loopback-check.ts';
import { type LoopbackDns, startLoopbackDns } from './loopback-dns.ts';
import type { NameServer } from './name-server.ts';

const NAME = 'abc._domainkey.example.org';

/** One server for `example.org` with a record at `NAME`. */
async function start(fault: Fault | null = null) {
  const net = await startLoopbackDns();
  const [server] = net.authorities;
  if (server === undefined) throw new Error('no authority was started');
  net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
  server.faults.clear();
  if (fault !== null) server.faults.set(NAME, fault);
  return { net, server };
}

function misbehave(servers: readonly NameServer[], fault: Fault): void {
  for (const server of servers) server.fault = fault;
}

async function askOnce(net: LoopbackDns, options = {}) {
  const { observations } = await openCheck(net, options).askAuthorities(NAME, 'TXT');
  return inShort(observations)['ns1.example.org'];
}

describe.concurrent('a server that gives no answer', () => {
  test.each<[Fault, string]>([
    ['silent', 'timeout'],
    ['wrong-id', 'malformed'],
    ['wrong-question', 'malformed'],
    ['garbage', 'malformed'],
    ['pointer-loop', 'malformed'],
    ['overrun', 'malformed'],
    ['other-owner', 'malformed'],
    ['tcp-drip', 'timeout'],
    ['tcp-hangup', 'unreachable'],
    ['tcp-wrong-id', 'malformed'],
    ['servfail', 'servfail'],
    ['refused', 'refused'],
    ['notauth', 'lame'],
    ['lame', 'lame'],
    ['upward', 'lame'],
  ])('the outcome for the server fault %s is unknown: %s', async (fault, reason) => {
    const { net } = await start(fault);
    await using _ = net;
    expect(await askOnce(net, IMPATIENT)).toBe(`unknown ${reason}`);
  });

  test('the outcome is unknown at once when nobody listens at the address', async () => {
    const { net, server } = await start();
    await using _ = net;
    const check = openCheck(net, { timeouts: { authority: 600_000, resolver: [3000] } });
    net.resolver.publish('ns1.example.org', { A: ['127.0.0.99'] });
    const { observations } = await check.askAuthorities(NAME, 'TXT');
    expect(observations).toMatchObject([{ address: '127.0.0.99', outcome: { reason: 'unreachable' } }]);
    expect(server.queries).toEqual([]);
  });

  test('the outcome is unknown when the kernel refuses the address', async () => {
    const { net } = await start();
    await using _ = net;
    net.resolver.publish('ns1.example.org', { A: ['255.255.255.255'] });
    expect(await askOnce(net)).toBe('unknown unreachable');
  });

  test('a name that cannot be asked is unknown, and no server is asked for it', async () => {
    const { net, server } = await start();
    await using _ = net;
    const check = openCheck(net);
    for (const name of [`${'a'.repeat(64)}.example.org`, `a..example.org`, 'bücher.example.org']) {
      const { observations } = await check.askAuthorities(name, 'TXT');
      expect(inShort(observations)).toEqual({ 'ns1.example.org': 'unknown malformed' });
    }
    expect(server.queries).toEqual([]);
  });
});

describe.concurrent('a server that gives its answer on a detour', () => {
  test.each<Fault>(['truncate', 'wrong-id-first', 'drop-first', 'no-edns', 'bad-version'])(
    'the record is found in spite of the server fault %s',
    async (fault) => {
      const { net } = await start(fault);
      await using _ = net;
      const timeouts = { authority: 2000, resolver: [2000] };
      expect(await askOnce(net, { timeouts })).toBe('present k=rsa;p=AAAA');
    },
  );

  test('a key of 4,096 bits that does not fit a datagram comes over TCP', async () => {
    const { net, server } = await start();
    await using _ = net;
    // As long as the DER of such a key, with another record that does not leave it room.
    const key = `k=rsa;p=${'A'.repeat(736)}`;
    net.publish(NAME, { TXT: [key, 'x'.repeat(600)] });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(observations).toMatchObject([{ outcome: { kind: 'present', values: [key, 'x'.repeat(600)] } }]);
    expect(server.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  test('50 TXT records at one name are all read', async () => {
    const { net } = await start();
    await using _ = net;
    const values = Array.from({ length: 50 }, (_, i) => `verification=${i}-${'x'.repeat(100)}`);
    net.publish(NAME, { TXT: values });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(observations).toMatchObject([{ outcome: { kind: 'present', values } }]);
  });

  test('a datagram longer than what was offered is not read, but asked for over TCP', async () => {
    const { net } = await start();
    await using _ = net;
    const values = (transport: string) =>
      Array.from({ length: 13 }, (_, i) => `${transport}-${i}`.padEnd(90));
    await using hostile = await HostileServer.start({
      port: net.port,
      handler: (query, transport) => [manyTxt(query, 13, (i) => values(transport)[i] ?? '')],
    });
    net.resolver.publish('ns1.example.org', { A: [...hostile.addresses] });
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(observations).toMatchObject([{ outcome: { kind: 'present', values: values('tcp') } }]);
    expect(hostile.received.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  test('the strings of a record are joined with nothing between them', async () => {
    const { net } = await start();
    await using _ = net;
    net.publish(NAME, { TXT: [['a'.repeat(255), 'b'.repeat(255), '', 'c']] });
    expect(await askOnce(net)).toBe(`present ${'a'.repeat(255)}${'b'.repeat(255)}c`);
  });
});

describe('what goes over the wire', () => {
  test('each question has a random id and a port of its own', async () => {
    const { net, server } = await start();
    await using _ = net;
    const check = openCheck(net, { random: (size) => new Uint8Array(size).fill(0x42) });
    const names = Array.from({ length: 20 }, (_, i) => `n${i}.example.org`);
    await Promise.all(names.map((name) => check.askAuthorities(name, 'TXT')));
    expect(new Set(server.queries.map(({ port }) => port)).size).toBe(names.length);
    expect(new Set(server.queries.map(({ id }) => id))).toEqual(new Set([0x4242]));
  });

  test('questions beyond the number that may be under way wait for each other', async () => {
    const { net, server } = await start();
    await using _ = net;
    server.latency = 5;
    const check = openCheck(net, {}, { budget: plentyOfBudget() });
    const names = Array.from({ length: 1500 }, (_, i) => `n${i}.example.org`);
    const surveys = await Promise.all(names.map((name) => check.askAuthorities(name, 'TXT')));
    const said = surveys.map(({ observations }) => inShort(observations)['ns1.example.org']);
    expect(said.filter((text) => text !== 'absent nxdomain')).toEqual([]);
  });

  test('a question is asked once in a check, however often it comes up', async () => {
    const { net, server } = await start();
    await using _ = net;
    const check = openCheck(net);
    const surveys = await Promise.all([
      check.askAuthorities(NAME, 'TXT'),
      check.askAuthorities(`${NAME}.`.toUpperCase(), 'TXT'),
    ]);
    expect(surveys[0]).toEqual(surveys[1]);
    expect(server.queries).toHaveLength(1);
  });

  test('every question is reported with its type and outcome', async () => {
    const { net, server } = await start();
    await using _ = net;
    const lookups: Lookup[] = [];
    const check = openCheck(net, { onLookup: (lookup) => lookups.push(lookup) });
    await check.askAuthorities(NAME, 'TXT');
    server.fault = 'refused';
    await check.askAuthorities('other.example.org', 'TXT');
    await check.askResolver('other.example.org', 'MX');
    expect(lookups.map(({ whom, type, outcome }) => `${whom} ${type} ${outcome}`)).toEqual([
      'resolver NS present',
      'resolver NS absent',
      'resolver A present',
      'authority TXT present',
      'authority TXT refused',
      'resolver MX absent',
    ]);
  });
});

describe('the end of a check', () => {
  const openSockets = () =>
    process.getActiveResourcesInfo().filter((kind) => /^(UDPWRAP|TCPSocketWrap|TCPWRAP)$/i.test(kind)).length;

  test.each<[string, (net: LoopbackDns) => void]>([
    ['the resolver is silent', ({ resolver }) => misbehave([resolver], 'silent')],
    ['the authorities are silent', ({ authorities }) => misbehave(authorities, 'silent')],
    ['an authority drips', ({ authorities }) => misbehave(authorities, 'tcp-drip')],
  ])('the end of a check ends every question and closes every socket while %s', async (_state, spoil) => {
    const { net } = await start();
    await using _ = net;
    spoil(net);
    const before = openSockets();
    const end = new AbortController();
    const timeouts = { authority: 600_000, resolver: [600_000] };
    const check = createLoopbackDns(net, { timeouts }).open('example.org', {
      ...UNENDING,
      signal: end.signal,
    });
    const survey = check.askAuthorities(NAME, 'TXT');
    const resolved = check.askResolver(NAME, 'TXT');
    const queries = () => [net.resolver, ...net.authorities].flatMap((server) => server.queries);
    const last = net.resolver.fault === 'silent' ? 'NS' : 'TXT';
    await expect.poll(() => queries().some(({ type }) => type === last)).toBe(true);
    end.abort();
    for (const { outcome } of (await survey).observations) {
      expect(outcome).toMatchObject({ kind: 'unknown', reason: 'timeout' });
    }
    if (net.resolver.fault === 'silent') {
      expect(await resolved).toEqual({ kind: 'unknown', reason: 'timeout' });
      expect(await check.delegation()).toEqual({ kind: 'unknown', reason: 'timeout' });
    }
    await turn();
    await expect.poll(openSockets).toBeLessThanOrEqual(before);
  });

  test('nothing is asked after the end of a check', async () => {
    const { net } = await start();
    await using _ = net;
    const check = createLoopbackDns(net).open('example.org', { ...UNENDING, signal: AbortSignal.abort() });
    expect(await check.askAuthorities(NAME, 'TXT')).toEqual({ zone: null, observations: [] });
    expect(await check.askResolver(NAME, 'TXT')).toEqual({ kind: 'unknown', reason: 'timeout' });
    expect(net.resolver.queries).toEqual([]);
  });

  test('the end of a check also ends the wait for a turn', async () => {
    const { net, server } = await start('silent');
    await using _ = net;
    const end = new AbortController();
    const dns = createLoopbackDns(net);
    const check = dns.open('example.org', { owner: 1, signal: end.signal, budget: plentyOfBudget() });
    server.fault = 'silent';
    const names = Array.from({ length: 1500 }, (_, i) => `n${i}.example.org`);
    const surveys = Promise.all(names.map((name) => check.askAuthorities(name, 'TXT')));
    await expect.poll(() => server.queries.length).toBeGreaterThan(0);
    end.abort();
    for (const { observations } of await surveys) {
      expect(inShort(observations)).toEqual({ 'ns1.example.org': 'unknown timeout' });
    }
    // Those who left the queue have not taken their places with them.
    server.fault = null;
    const next = dns.open('example.org', UNENDING);
    const { observations } = await next.askAuthorities('next.example.org', 'TXT');
    expect(inShort(observations)).toEqual({ 'ns1.example.org': 'absent nxdomain' });
  });
});
