import { randomBytes } from 'node:crypto';
import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { CheckBudget } from '../../server/dns/check-budget.ts';
import { Exchange } from '../../server/dns/transport/exchange.ts';
import { FairSemaphore } from '../../server/fair-semaphore.ts';
import { CHECK_LIMITS } from '../../server/limits.ts';
import { createLoopbackDns, IMPATIENT, openCheck, plentyOfBudget, UNENDING } from './loopback-check.ts';
import { startLoopbackDns } from './loopback-dns.ts';

const NAME = 'abc._domainkey.example.org';

test('the questions of one account that wait at silent servers hold up no other account', async () => {
  await using net = await startLoopbackDns();
  net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
  const dns = createLoopbackDns(net, IMPATIENT);
  const names = Array.from({ length: 800 }, (_, i) => `n${i}.example.org`);
  for (const name of names) {
    net.resolver.faults.set(name, 'silent');
    net.authorities[0]?.faults.set(name, 'silent');
  }
  const ended: string[] = [];
  const end = new AbortController();
  const greedy = dns.open('example.org', { signal: end.signal, owner: 1, budget: plentyOfBudget() });
  await greedy.askAuthorities(NAME, 'TXT');
  const waiting = names
    .flatMap((name) => [greedy.askAuthorities(name, 'TXT'), greedy.askResolver(name, 'TXT')])
    .map((asked) => asked.then(() => ended.push('greedy')));
  const heard = () => [net.resolver, ...net.authorities].map(({ queries }) => queries.length);
  await expect.poll(() => Math.min(...heard())).toBeGreaterThan(100);
  const modest = dns.open('example.org', { ...UNENDING, owner: 2 });
  expect(await modest.askAuthorities(NAME, 'TXT')).toMatchObject({
    observations: [{ outcome: { kind: 'present' } }],
  });
  expect(await modest.askResolver(NAME, 'TXT')).toMatchObject({ kind: 'present' });
  ended.push('modest');
  expect(ended).toEqual(['modest']);
  end.abort();
  await Promise.all(waiting);
});

test('a question that advice skipped to save the budget is still asked for a record', async () => {
  await using net = await startLoopbackDns();
  net.publish(NAME, { TXT: ['k=rsa;p=AAAA'] });
  const budget = new CheckBudget({ ...CHECK_LIMITS, adviceResolverQuestions: 0, adviceDatagrams: 0 });
  const check = openCheck(net, {}, { budget });
  await check.delegation();
  const advice = check.forAdvice();
  const notAsked = { kind: 'unknown', reason: 'budget' };
  expect(await advice.askResolver(NAME, 'TXT')).toEqual(notAsked);
  expect(await advice.askAuthorities(NAME, 'TXT')).toMatchObject({ observations: [{ outcome: notAsked }] });
  expect(await check.askResolver(NAME, 'TXT')).toMatchObject({ kind: 'present' });
  expect(await check.askAuthorities(NAME, 'TXT')).toMatchObject({
    observations: [{ outcome: { kind: 'present' } }],
  });
  // Now it is known, and costs nothing.
  expect(await advice.askResolver(NAME, 'TXT')).toMatchObject({ kind: 'present' });
  expect(net.resolver.queriesFor(NAME)).toHaveLength(1);
});

test('a silent server is sent no more than the budget has left', async () => {
  await using net = await startLoopbackDns();
  for (const server of net.authorities) server.fault = 'silent';
  const limits = { ...CHECK_LIMITS, adviceDatagrams: 0, adviceResolverQuestions: 0, adviceOctets: 0 };
  const budget = new CheckBudget({ ...limits, datagrams: 5 });
  const { observations } = await openCheck(net, IMPATIENT, { budget }).askAuthorities(NAME, 'TXT');
  expect(observations).toMatchObject([{ outcome: { kind: 'unknown', reason: 'timeout' } }]);
  // Three went to the resolver.
  expect(net.authorities[0]?.queries).toHaveLength(2);
});

test('a question that comes after the end of a check leaves nothing behind for any server', async () => {
  const exchange = new Exchange({ random: randomBytes, now: () => performance.now() });
  const asker = { owner: 1, allowance: new CheckBudget().records, signal: AbortSignal.abort() };
  const options = { recursive: false, timeout: 1000, resendAfter: 500 };
  const before = queryObjects(FairSemaphore);
  for (let i = 1; i <= 200; i++) {
    const server = { address: `127.0.7.${i}`, port: 53 };
    const { reply } = await exchange.ask(server, { name: NAME, type: 'TXT' }, options, asker);
    expect(reply).toEqual({ kind: 'unknown', reason: 'timeout' });
  }
  expect(queryObjects(FairSemaphore)).toBe(before);
});
