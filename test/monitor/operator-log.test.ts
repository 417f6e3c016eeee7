import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';

async function readMetrics({ url, token }: TestServer): Promise<string> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  return answer.text();
}

const changesIn = ({ log }: TestServer): string[] =>
  log.map((line) => JSON.parse(line)).flatMap((line) => (line.msg === 'event' ? [line.type] : []));

const BEFORE = ['account.created', 'token.created', 'domain.created'];

test("the operator's log has one line per event and none for a check without news, and each check and lookup is counted", async () => {
  await using server = await startTestServer();
  const { id, dns_records } = await server.letterhead.domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  const [record] = dns_records;
  const name = `${record?.hostname}.example.org`;
  const verify = () => server.letterhead.domains.verifyDns.mutate({ account: 1, id });
  await verify();
  expect(changesIn(server)).toEqual(BEFORE);

  server.dns.publish(name, { TXT: [record?.value ?? ''] });
  await verify();
  await verify();
  expect(changesIn(server)).toEqual([...BEFORE, 'domain.verified']);
  server.dns.publish(name, null);
  await verify();
  expect(changesIn(server)).toEqual([...BEFORE, 'domain.verified', 'domain.lost']);

  const metrics = await readMetrics(server);
  expect(metrics).toContain('letterhead_check_seconds_count{asked="true",code="OK"} 2');
  expect(metrics).toContain('letterhead_check_seconds_count{asked="true",code="RECORD_MISSING"} 2');
  expect(metrics).toMatch(/^letterhead_dns_lookup_seconds_count\{whom="authority",outcome="present"\} \d+$/m);
  expect(metrics).toMatch(/^letterhead_checks_due 0$/m);
  expect(metrics).toMatch(/^letterhead_checks_in_flight 0$/m);
});

test('a start says what the Return-Path host lacks, and nothing if it lacks nothing', async () => {
  const environment = { RETURN_PATH_HOST: 'bounces.example.net' };
  const lines = ({ log }: TestServer) => log.filter((line) => line.includes('*.bounces.example.net'));
  {
    await using bare = await startTestServer({ environment, dns: { zones: { 'example.net': {} } } });
    await expect.poll(() => lines(bare).length).toBe(2);
  }
  const names = { '*.bounces': { MX: ['10 mx.example.net'], TXT: ['v=spf1 ip4:192.0.2.1 -all'] } };
  await using ready = await startTestServer({ environment, dns: { zones: { 'example.net': names } } });
  await expect.poll(() => ready.dns.resolver.queries.filter(({ type }) => type === 'TXT').length).toBe(1);
  await ready.rest('GET', '/token');
  expect(lines(ready)).toEqual([]);
});
