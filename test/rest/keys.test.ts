import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';

const FIELDS = [
  'id',
  'domain_id',
  'selector',
  'algorithm',
  'bits',
  'state',
  'published_as',
  'created_at',
  'activated_at',
  'retires_at',
  'fingerprint',
];

test('a domain’s keys have exactly these fields, and say when their record was first verified', async () => {
  await using server = await startTestServer();
  const created = await server.rest('POST', '/accounts/1/domains', { json: { domain: 'example.org' } });
  const [record] = created.body.data.dns_records;
  const list = async () => (await server.rest('GET', '/accounts/1/domains/1/keys')).body.data;
  const [key, ...others] = await list();
  expect(others).toEqual([]);
  expect(Object.keys(key)).toEqual(FIELDS);
  expect(key).toMatchObject({
    id: 1,
    domain_id: 1,
    selector: record.hostname.split('.')[0],
    algorithm: 'rsa-sha256',
    bits: 2048,
    state: 'active',
    published_as: 'txt',
    activated_at: null,
    retires_at: null,
    fingerprint: createHash('sha256')
      .update(Buffer.from(record.value.replace('k=rsa;p=', ''), 'base64'))
      .digest('base64url'),
  });
  server.dns.publish(`${record.hostname}.example.org`, { TXT: [record.value] });
  await server.rest('POST', '/accounts/1/domains/1/verify-dns');
  expect(await list()).toEqual([{ ...key, activated_at: expect.stringMatching(/T.*\+00:00$/) }]);
});
