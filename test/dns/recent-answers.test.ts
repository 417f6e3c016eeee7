import { describe, expect, test } from 'vitest';
import { RecentAnswers } from '../../server/dns/recent-answers.ts';
import { DNS_LIMITS } from '../../server/limits.ts';
import type { Fault } from './faults.ts';
import { createLoopbackDns, UNENDING } from './loopback-check.ts';
import { type LoopbackDns, startLoopbackDns } from './loopback-dns.ts';

const NAME_SERVER = 'ns1.provider.test';
const DUE = { ...UNENDING, reusesAnswers: true };

/** Two domains at one provider, whose name server is the only one there is. */
async function startProvider(): Promise<LoopbackDns> {
  const customer = { '@': { NS: [NAME_SERVER] } };
  const net = await startLoopbackDns({
    zones: {
      'provider.test': { ns1: { A: ['127.0.0.2'] } },
      'one.test': customer,
      'other.test': customer,
    },
  });
  return net;
}

describe.concurrent('what checks that are due ask a resolver', () => {
  test('the way that two domains share is asked for once', async () => {
    await using net = await startProvider();
    const dns = createLoopbackDns(net);
    for (const domain of ['one.test', 'other.test']) {
      const { observations } = await dns.open(domain, DUE).askAuthorities(`x.${domain}`, 'TXT');
      expect(observations).toMatchObject([{ outcome: { kind: 'absent' } }]);
    }
    expect(net.resolver.queriesFor(NAME_SERVER, 'A')).toHaveLength(1);
    expect(net.resolver.queriesFor('test', 'NS')).toHaveLength(1);
    expect(net.resolver.queriesFor('one.test', 'NS')).toHaveLength(1);
    expect(net.resolver.queriesFor('other.test', 'NS')).toHaveLength(1);
  });

  test('a check that somebody asked for asks anew, and so does every check within the domain', async () => {
    await using net = await startProvider();
    const dns = createLoopbackDns(net);
    await dns.open('one.test', DUE).askResolver(NAME_SERVER, 'A');
    await dns.open('one.test', UNENDING).askResolver(NAME_SERVER, 'A');
    expect(net.resolver.queriesFor(NAME_SERVER, 'A')).toHaveLength(2);
    for (const domain of ['provider.test', NAME_SERVER])
      await dns.open(domain, DUE).askResolver(NAME_SERVER, 'A');
    expect(net.resolver.queriesFor(NAME_SERVER, 'A')).toHaveLength(4);
  });

  test.each([
    ['its TTL is short', 5, 4_000, 6_000],
    ['its TTL is long', 86_400, 50_000, 70_000],
  ])('an answer is asked for again in time where %s', async (_case, ttl, early, late) => {
    await using net = await startProvider();
    net.publish(NAME_SERVER, { A: ['127.0.0.2'], ttl });
    let now = 0;
    const dns = createLoopbackDns(net, { now: () => now });
    const ask = () => dns.open('one.test', DUE).askResolver(NAME_SERVER, 'A');
    await ask();
    net.publish(NAME_SERVER, { A: ['127.0.0.9'], ttl });
    now = early;
    expect(await ask()).toMatchObject({ values: ['127.0.0.2'] });
    now = late;
    expect(await ask()).toMatchObject({ values: ['127.0.0.9'] });
  });

  test.each<Fault>(['servfail', 'refused', 'bogus', 'lame'])(
    'a failure is not remembered: %s',
    async (fault) => {
      await using net = await startProvider();
      const dns = createLoopbackDns(net);
      const ask = () => dns.open('one.test', DUE).askResolver(NAME_SERVER, 'A');
      net.resolver.fault = fault;
      expect(await ask()).toMatchObject({ kind: 'unknown' });
      net.resolver.fault = null;
      expect(await ask()).toMatchObject({ values: ['127.0.0.2'] });
    },
  );
});

test('no more answers are remembered than the limits say, and none that is long', () => {
  const recent = new RecentAnswers(() => 0);
  const remember = (name: string, value: string) =>
    recent.add(
      { name, type: 'TXT' },
      {
        outcome: { kind: 'present', values: [value], cname: null, ttl: 300 },
        additionals: [],
        validated: false,
      },
    );
  const remembers = (name: string) => recent.get({ name, type: 'TXT' }) !== undefined;
  const { recentAnswers, recentAnswerCharacters } = DNS_LIMITS;
  for (let i = 0; i <= recentAnswers; i++) remember(`${i}.test`, 'short');
  expect([0, 1, recentAnswers].map((i) => remembers(`${i}.test`))).toEqual([false, true, true]);
  remember('long.test', 'x'.repeat(recentAnswerCharacters + 1));
  expect(remembers('long.test')).toBe(false);
});
