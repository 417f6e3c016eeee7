import { describe, expect, test } from 'vitest';
import { CHECK_LIMITS } from '../../server/limits.ts';
import { startTestServer, type TestServer } from '../running-server.ts';
import { answerTo, compressedNames, fanOut, manyTxt, overTcp, silence } from './hostile-answers.ts';
import { type HostileHandler, HostileServer } from './hostile-server.ts';

/** So deep that referrals can go down five times. */
const DEEP = 'a.b.c.d.e.f.example.org';
const EIGHT = Array.from({ length: 8 }, (_, k) => `127.0.9.${k + 1}`);

/** What one verify-dns through REST costs, by what all name servers received. */
async function verify(server: TestServer, domain: string, hostile: HostileServer) {
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain });
  const start = performance.now();
  const answer = await server.rest('POST', `/accounts/1/domains/${id}/verify-dns`);
  const milliseconds = performance.now() - start;
  const { records } = await server.letterhead.domains.diagnosis.query({ account: 1, id });
  const { queries } = server.dns.resolver;
  // A question that is sent again, because a busy machine answers late, keeps its id and its port.
  const overUdp = queries.filter(({ transport }) => transport === 'udp');
  const questions = new Set(overUdp.map(({ id, port }) => `${id} ${port}`));
  return {
    status: answer.status,
    verified: answer.body.data.dns_records.some(({ verified }: { verified: boolean }) => verified),
    milliseconds,
    datagrams: hostile.received.length + queries.length,
    resolverQuestions: questions.size,
    record: records[0],
  };
}

/** Eight servers of `example.org` that answer as the handler says. */
async function serveEverywhere(server: TestServer, handler: HostileHandler): Promise<HostileServer> {
  const hosts = EIGHT.map((_, k) => `ns${k + 1}.example.org`);
  server.dns.resolver.publish('example.org', { NS: hosts });
  for (const [k, host] of hosts.entries()) server.dns.resolver.publish(host, { A: [EIGHT[k] ?? ''] });
  return HostileServer.start({ addresses: EIGHT, port: server.dns.port, handler });
}

describe.concurrent('what one check may cost, through the outside door', () => {
  test.each<[string, HostileHandler]>([
    ['silent', silence],
    ['refusing', (query) => [answerTo(query, { flags: 5 })]],
  ])(
    'a tree of referrals to unknown names, with %s servers at its end, ends with the budget',
    async (_leaf, leaf) => {
      await using server = await startTestServer();
      const tree = fanOut('example.org', { leaf });
      server.dns.resolver.serve(tree.apex, tree.names);
      server.dns.resolver.publish('example.org', { NS: [...tree.nameServers] });
      const { addresses, handler } = tree;
      await using hostile = await HostileServer.start({ addresses, port: server.dns.port, handler });
      const cost = await verify(server, DEEP, hostile);
      expect(cost).toMatchObject({ status: 200, verified: false, record: { state: 'unknown' } });
      expect(cost.datagrams).toBeLessThanOrEqual(CHECK_LIMITS.datagrams);
      expect(cost.datagrams).toBeGreaterThan(CHECK_LIMITS.datagrams / 3);
      expect(cost.resolverQuestions).toBeLessThanOrEqual(CHECK_LIMITS.resolverQuestions);
      expect(cost.milliseconds).toBeLessThan(CHECK_LIMITS.milliseconds + 1000);
      expect(cost.record?.nameservers.map(({ outcome }) => outcome)).toContain('budget');
    },
    20_000,
  );

  test.each<[string, HostileHandler]>([
    ['names', overTcp((query) => compressedNames(query))],
    ['names in datagrams', overTcp((query) => compressedNames(query, 60_000), true)],
    ['values', overTcp((query) => manyTxt(query, 1_500, (i) => `v${i}`))],
  ])(
    'eight servers that answer everything with thousands of %s count as no answer',
    async (_what, handler) => {
      await using server = await startTestServer();
      await using hostile = await serveEverywhere(server, handler);
      const cost = await verify(server, DEEP, hostile);
      expect(cost).toMatchObject({ status: 200, verified: false });
      const said = cost.record?.nameservers.map(({ outcome }) => outcome) ?? [];
      expect(said).toContain('malformed');
      expect(said.filter((outcome) => outcome !== 'malformed' && outcome !== 'budget')).toEqual([]);
      expect(cost.datagrams).toBeLessThanOrEqual(CHECK_LIMITS.datagrams);
    },
    20_000,
  );
});

test('a flood of datagrams that are not replies ends the check by its budget', async () => {
  await using server = await startTestServer();
  const stray = Buffer.alloc(1200);
  const flood: HostileHandler = (_query, transport) => (transport === 'udp' ? Array(100).fill(stray) : null);
  await using hostile = await serveEverywhere(server, flood);
  const cost = await verify(server, 'example.org', hostile);
  expect(cost).toMatchObject({ status: 200, verified: false, record: { state: 'unknown' } });
  expect(cost.record?.detail).toContain('reached its limit of DNS questions');
  expect(cost.milliseconds).toBeLessThan(CHECK_LIMITS.milliseconds + 1000);
}, 20_000);
