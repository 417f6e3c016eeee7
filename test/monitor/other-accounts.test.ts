import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';

test('an account with eighty checks of silent zones under way or waiting holds up no other’s verify-dns', async () => {
  await using server = await startTestServer({
    environment: { RATE_LIMIT_PER_MINUTE: '0' },
    dns: { zones: { 'silent.example': {}, 'example.org': {} } },
  });
  const { letterhead, dns } = server;
  const other = await letterhead.accounts.create.mutate({ name: 'Other' });
  const healthy = await letterhead.domains.create.mutate({ account: other.id, domain: 'example.org' });
  const [record] = healthy.dns_records;
  dns.publish(`${record?.hostname}.example.org`, { TXT: [record?.value ?? ''] });
  const silent = await Promise.all(
    Array.from({ length: 80 }, async (_, i) => {
      const domain = `d${i}.silent.example`;
      const { id, dns_records } = await letterhead.domains.create.mutate({ account: 1, domain });
      const name = `${dns_records[0]?.hostname}.silent.example`;
      for (const one of [...dns.authorities, dns.resolver]) one.faults.set(name, 'silent');
      return id;
    }),
  );

  let answered = 0;
  const count = () => void answered++;
  for (const id of silent) void letterhead.domains.verifyDns.mutate({ account: 1, id }).then(count, count);
  await expect
    .poll(async () => (await readInFlight(server.url, server.token)) >= 64, { timeout: 10_000 })
    .toBe(true);
  const verified = await letterhead.domains.verifyDns.mutate({ account: other.id, id: healthy.id });
  expect({ verified: verified.verified, answered }).toEqual({ verified: true, answered: 0 });
});

async function readInFlight(url: string, token: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  return Number(/^letterhead_checks_in_flight (\d+)$/m.exec(await answer.text())?.[1]);
}
