import { describe, expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';

const ABOVE = ['a', 'b', 'c'].map((letter) => letter.repeat(63)).join('.');
const nameOf = (length: number) => `${ABOVE}.${'d'.repeat(length - ABOVE.length - 13)}.example.org`;

describe('a name below which no DKIM record fits', () => {
  test.each([231, 253])(
    'a name of %i characters is too long for a DKIM record: the diagnosis says so at once, asks nobody, and its fix mends it',
    async (length) => {
      await using server = await startTestServer();
      const domain = nameOf(length);
      expect(domain).toHaveLength(length);
      const made = await server.rest('POST', '/accounts/1/domains', { json: { domain } });
      expect(made.status).toBe(201);
      const path = `/accounts/1/domains/${made.body.data.id}`;
      const dkim = async () => (await server.rest('GET', `${path}/diagnosis`)).body.data.records[0];
      const fix = `Rename ${domain} to a name of at most 230 characters, such as “example.org”.`;
      expect(await dkim()).toMatchObject({ code: 'NOT_CHECKED', severity: 'info', fix });

      expect((await server.rest('POST', `${path}/verify-dns`)).body.data.verified).toBe(false);
      expect(await dkim()).toMatchObject({
        code: 'RECORD_MISSING',
        severity: 'error',
        state: 'missing',
        transient: false,
        action: null,
        fix,
        nameservers: [],
      });
      const asked = [server.dns.resolver, ...server.dns.authorities].flatMap(({ queries }) => queries);
      expect(asked.filter(({ name }) => name.includes('_domainkey'))).toEqual([]);
      expect((await server.rest('GET', `${path}/zone-file`)).text).toMatch(/^(?:;.*\n)+$/);

      const renamed = (await server.rest('PUT', path, { json: { domain: 'example.org' } })).body.data;
      const [record] = renamed.dns_records;
      server.dns.publish(`${record.hostname}.example.org`, { TXT: [record.value] });
      expect((await server.rest('POST', `${path}/verify-dns`)).body.data.verified).toBe(true);
      expect(await dkim()).toMatchObject({ code: 'OK' });
    },
  );

  test('the longest name that leaves room for a DKIM record is verified like any other', async () => {
    await using server = await startTestServer();
    const made = await server.rest('POST', '/accounts/1/domains', { json: { domain: nameOf(230) } });
    const { id, dns_records } = made.body.data;
    server.dns.publish(`${dns_records[0].hostname}.example.org`, { TXT: [dns_records[0].value] });
    const verified = await server.rest('POST', `/accounts/1/domains/${id}/verify-dns`);
    expect(verified.body.data.verified).toBe(true);
  });
});
