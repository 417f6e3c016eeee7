import { expect, test } from 'vitest';
import { DOMAIN_FIELDS } from '../contract/domain-fields.ts';
import { startTestServer } from '../running-server.ts';

const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;

test('a domain is created by a form, as curl -d sends it, and is the documented object', async () => {
  await using server = await startTestServer();
  const answer = await server.rest('POST', '/accounts/1/domains', { form: 'domain=example.org' });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(Object.keys(answer.body)).toEqual(['data']);
  const { data } = answer.body;
  expect(Object.keys(data)).toEqual(DOMAIN_FIELDS);
  expect(data).toMatchObject({
    id: 1,
    account_id: 1,
    domain: 'example.org',
    subdomain: null,
    verified: false,
  });
  expect(data.created_at).toMatch(SECONDS);
  expect(data.updated_at).toBe(data.created_at);
  expect(data.dns_records).toHaveLength(1);
  const [record] = data.dns_records;
  expect(Object.keys(record)).toEqual(['label', 'type', 'hostname', 'value', 'verified']);
  expect(record).toMatchObject({ label: 'DKIM', type: 'TXT', verified: false });
  expect(record.hostname).toMatch(/^[a-z0-9]{11}\._domainkey$/);
  expect(record.value).toMatch(/^k=rsa;p=[A-Za-z0-9+/]{392}$/);
});

test('a domain is created by JSON, and the host names of a subdomain are relative to the registrable domain', async () => {
  await using server = await startTestServer({
    environment: { RETURN_PATH_HOST: 'bounces.letterhead.example' },
  });
  const { body } = await server.rest('POST', '/accounts/1/domains', {
    json: { domain: 'mail.example.co.uk' },
  });
  expect(body.data.subdomain).toBe('mail');
  const [dkim, returnPath] = body.data.dns_records;
  expect(dkim.hostname).toMatch(/^[a-z0-9]{11}\._domainkey\.mail$/);
  const selector = dkim.hostname.split('.')[0];
  expect(returnPath).toMatchObject({
    label: 'Return-Path',
    type: 'CNAME',
    hostname: `bounces-${selector}.mail`,
  });
  expect(returnPath.value).toMatch(/^[a-z0-9]{20,}\.bounces\.letterhead\.example$/);
});

test('a form sends a list by repeating its field, whatever is in it and though it can be null', async () => {
  await using server = await startTestServer();
  for (const domain of ['a.example', 'b.example', 'c.example'])
    await server.rest('POST', '/accounts/1/domains', { json: { domain } });
  const path = '/accounts/1/webhooks';
  const form = 'url=https://hooks.example.org/&events=domain.lost&events=domain.degraded&domains=1&domains=2';
  const { status, body } = await server.rest('POST', path, { form });
  expect([status, body.data?.events, body.data?.domains]).toEqual([
    201,
    ['domain.lost', 'domain.degraded'],
    [1, 2],
  ]);
  const change = { form: 'domains=3&enabled=false' };
  const changed = await server.rest('PATCH', `${path}/${body.data.id}`, change);
  expect(changed.body.data).toMatchObject({ domains: [3], enabled: false });
});

test('retrieving, listing, updating and deleting a domain answer as documented', async () => {
  await using server = await startTestServer();
  const created = await server.rest('POST', '/accounts/1/domains', { form: 'domain=example.org' });
  const path = `/accounts/1/domains/${created.body.data.id}`;

  const retrieved = await server.rest('GET', path);
  expect([retrieved.status, retrieved.body]).toEqual([200, created.body]);

  const listed = await server.rest('GET', '/accounts/1/domains');
  expect([listed.status, listed.body]).toEqual([200, { data: [created.body.data] }]);

  const updated = await server.rest('PUT', path, { form: 'domain=example.net' });
  expect(updated.status).toBe(200);
  expect(updated.body.data).toMatchObject({ id: 1, domain: 'example.net', verified: false });
  expect(updated.body.data.dns_records[0].hostname).not.toBe(created.body.data.dns_records[0].hostname);
  expect(updated.body.data.dns_records[0].value).not.toBe(created.body.data.dns_records[0].value);

  const deleted = await server.rest('DELETE', path);
  expect([deleted.status, deleted.text, deleted.headers.get('content-type')]).toEqual([204, '', null]);
  expect((await server.rest('GET', path)).status).toBe(404);
  expect((await server.rest('GET', '/accounts/1/domains')).body).toEqual({ data: [] });
});

test('a rename to the same name changes nothing', async () => {
  await using server = await startTestServer();
  const created = await server.rest('POST', '/accounts/1/domains', { form: 'domain=example.org' });
  const renamed = await server.rest('PUT', '/accounts/1/domains/1', { json: { domain: 'EXAMPLE.org.' } });
  expect([renamed.status, renamed.body]).toEqual([200, created.body]);
});

test('verify-dns asks the DNS now and answers with the updated domain', async () => {
  await using server = await startTestServer();
  const created = await server.rest('POST', '/accounts/1/domains', { form: 'domain=example.org' });
  const before = await server.rest('POST', '/accounts/1/domains/1/verify-dns');
  expect([before.status, before.body]).toEqual([200, created.body]);

  const [record] = created.body.data.dns_records;
  server.dns.publish(`${record.hostname}.example.org`, { TXT: [record.value] });
  const after = await server.rest('POST', '/accounts/1/domains/1/verify-dns');
  expect(after.status).toBe(200);
  expect(after.body.data.verified).toBe(true);
  expect(after.body.data.dns_records[0].verified).toBe(true);
  expect((await server.rest('GET', '/accounts/1/domains/1')).body).toEqual(after.body);
});

test('an id is not given again after a delete or a restart', async () => {
  await using first = await startTestServer();
  await first.rest('POST', '/accounts/1/domains', { form: 'domain=a.example' });
  await first.rest('POST', '/accounts/1/domains', { form: 'domain=b.example' });
  await first.rest('DELETE', '/accounts/1/domains/2');
  await using second = await first.restart();
  const { body } = await second.rest('POST', '/accounts/1/domains', { form: 'domain=c.example' });
  expect(body.data.id).toBe(3);
});

test('the list of domains is paged by limit and after, with the next page in a Link header, and can be filtered', async () => {
  await using server = await startTestServer();
  for (const name of ['a.example', 'b.example', 'c.example']) {
    await server.rest('POST', '/accounts/1/domains', { form: `domain=${name}` });
  }
  const first = await server.rest('GET', '/accounts/1/domains?limit=2');
  expect(first.body.data.map((domain: { id: number }) => domain.id)).toEqual([1, 2]);
  expect(first.headers.get('link')).toBe('</api/v1/accounts/1/domains?limit=2&after=2>; rel="next"');
  const last = await server.rest('GET', '/accounts/1/domains?limit=2&after=2');
  expect(last.body.data.map((domain: { id: number }) => domain.id)).toEqual([3]);
  expect(last.headers.get('link')).toBeNull();
  const asked = await server.rest('GET', '/accounts/1/domains?note=why?&verified=false&limit=1');
  expect(asked.headers.get('link')).toBe(
    '</api/v1/accounts/1/domains?note=why%3F&verified=false&limit=1&after=1>; rel="next"',
  );
  const named = await server.rest('GET', '/accounts/1/domains?domain=B.example.');
  expect(named.body.data.map((domain: { id: number }) => domain.id)).toEqual([2]);
  expect((await server.rest('GET', '/accounts/1/domains?verified=true')).body.data).toEqual([]);
  expect((await server.rest('GET', '/accounts/1/domains?verified=false')).body.data).toHaveLength(3);
});
