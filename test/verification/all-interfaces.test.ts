import type { RecordDiagnosis } from '@letterhead/shared';
import { expect, test, vi } from 'vitest';
import { runInProcess } from '../cli/run-in-process.ts';
import { startTestServer, type TestServer } from '../running-server.ts';
import { followFix } from './follow-fix.ts';

const IDN = 'xn--bcher-kva.example';

async function verify(server: TestServer, id: number) {
  return (await server.rest('POST', `/accounts/1/domains/${id}/verify-dns`)).body.data;
}

async function diagnosed(server: TestServer, id: number): Promise<RecordDiagnosis> {
  const [dkim] = (await server.letterhead.domains.diagnosis.query({ account: 1, id })).records;
  if (dkim === undefined) throw new Error('a diagnosis without records');
  return dkim;
}

test('REST, tRPC and the terminal give the same diagnosis, and its fix mends it: an IDN with a doubled host', async () => {
  await using server = await startTestServer({ dns: { zones: { [IDN]: {} } } });
  const made = await server.letterhead.domains.create.mutate({ account: 1, domain: 'Bücher.example.' });
  const [record] = made.dns_records;
  const doubled = `${record?.hostname}.${IDN}.${IDN}`;
  server.dns.publish(doubled, { TXT: [record?.value ?? ''] });

  expect(await verify(server, made.id)).toMatchObject({ domain: IDN, verified: false });
  const seen = await diagnosed(server, made.id);
  expect(seen).toMatchObject({ code: 'HOST_DOUBLED', state: 'missing', source: 'authority' });
  expect(seen.nameservers).toMatchObject([{ name: `ns1.${IDN}`, address: '127.0.0.2', outcome: 'absent' }]);

  const rest = await server.rest('GET', `/accounts/1/domains/${made.id}/diagnosis`);
  expect(rest.body.data.records[0]).toMatchObject({
    code: 'HOST_DOUBLED',
    zone: IDN,
    found_at: doubled,
    action: { kind: 'move', zone: IDN, host: record?.hostname, from_host: `${record?.hostname}.${IDN}` },
    detail: seen.detail,
    fix: seen.fix,
  });

  const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token };
  const shown = await runInProcess(['domain', 'show', 'bücher.example'], environment);
  // The terminal shortens the value.
  const fix = (seen.fix ?? '').split(record?.value ?? '');
  expect(fix).toHaveLength(2);
  for (const text of [seen.title, seen.detail, ...fix]) expect(shown.out).toContain(text);

  followFix(seen, server.dns);
  expect(await verify(server, made.id)).toMatchObject({ verified: true });
  expect(await diagnosed(server, made.id)).toMatchObject({ code: 'OK', severity: 'ok', fix: null });
});

test('the fix for a delegated _domainkey is for the form of that zone', async () => {
  await using server = await startTestServer({ dns: { spares: 1 } });
  const { id, dns_records } = await server.letterhead.domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  const [spare] = server.dns.spares;
  const [record] = dns_records;
  server.dns.publish('_domainkey.example.org', { NS: ['ns._domainkey.example.org'] });
  server.dns.publish('ns._domainkey.example.org', { A: [spare?.address ?? ''] });
  for (const one of [server.dns.resolver, spare]) one?.serve('_domainkey.example.org');
  await verify(server, id);
  const { code, zone, action, nameservers } = await diagnosed(server, id);
  const selector = record?.hostname.replace('._domainkey', '') ?? '';
  expect(code).toBe('RECORD_MISSING');
  expect(zone).toBe('_domainkey.example.org');
  expect(action).toMatchObject({ kind: 'add', zone, type: 'TXT', host: selector, value: record?.value });
  expect(nameservers).toMatchObject([{ name: 'ns._domainkey.example.org', outcome: 'absent' }]);

  for (const one of [server.dns.resolver, spare])
    one?.publish(`${selector}._domainkey.example.org`, { TXT: [record?.value ?? ''] });
  expect(await verify(server, id)).toMatchObject({ verified: true });
});

test('a check that is under way during a rename drops what it found for the old name', async () => {
  await using server = await startTestServer({ dns: { zones: { 'example.org': {}, 'example.net': {} } } });
  const { id, dns_records } = await server.letterhead.domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  const [authority] = server.dns.authorities;
  const fqdn = `${dns_records[0]?.hostname}.example.org`;
  server.dns.publish(fqdn, { TXT: [dns_records[0]?.value ?? ''] });
  if (authority !== undefined) authority.latency = 300;
  const verifying = verify(server, id);
  await vi.waitUntil(() => authority?.queriesFor(fqdn).length === 1, { interval: 5 });
  await server.letterhead.domains.update.mutate({ account: 1, id, domain: 'example.net' });
  expect(await verifying).toMatchObject({ domain: 'example.net', verified: false });
  expect(await diagnosed(server, id)).toMatchObject({ code: 'NOT_CHECKED', state: 'unchecked' });
});
