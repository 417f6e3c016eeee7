import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf, publishRecords } from '../signing/sending-account.ts';
import { RspamdSigner } from './rspamd-signer.ts';

const EXAMPLE = new URL('../../examples/postfix-rspamd/dkim_signing.conf', import.meta.url);

const mailFrom = (domain: string) =>
  `From: Help <help@${domain}>\r\nTo: b@example.net\r\nSubject: Hello\r\n\r\nHello.\r\n`;

/** The example's settings, with the address and the token of this server. */
async function startFromExample({ url }: TestServer, token: string): Promise<RspamdSigner> {
  const settings = await readFile(EXAMPLE, 'utf8');
  return RspamdSigner.start(settings.replace('http://127.0.0.1:3000', url).replace(/lh_REPLACE\w+/, token));
}

test('rspamd signs with the example’s settings from when a domain is verified until it is lost, renamed or removed', async () => {
  await using server = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
  const { letterhead } = server;
  const { id: tokenId, token } = await letterhead.tokens.create.mutate({
    account: 1,
    name: 'rspamd',
    scopes: ['keys:read'],
  });
  await using rspamd = await startFromExample(server, token);
  const isSigned = async (domain = 'example.org') => (await rspamd.sign(mailFrom(domain))) !== null;

  const created = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  expect(await isSigned()).toBe(false);
  publishRecords(server, created);
  await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
  for (const domain of ['example.org', 'mail.example.org']) {
    const signed = await rspamd.sign(mailFrom(domain));
    expect(await verifyWithMailauth(signed ?? Buffer.of(), keyRecordOf(created))).toMatchObject({
      passes: true,
    });
  }

  server.dns.publish(`${created.dns_records[0]?.hostname}.example.org`, null);
  await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
  expect(await isSigned()).toBe(false);

  publishRecords(server, created);
  await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
  expect(await isSigned()).toBe(true);
  await letterhead.domains.update.mutate({ account: 1, id: created.id, domain: 'example.net' });
  expect([await isSigned(), await isSigned('example.net')]).toEqual([false, false]);

  const second = await addVerifiedDomain(server, 'example.org');
  expect(await isSigned()).toBe(true);
  await letterhead.domains.delete.mutate({ account: 1, id: second.id });
  expect(await isSigned()).toBe(false);

  await addVerifiedDomain(server, 'example.org');
  expect(await isSigned()).toBe(true);
  await letterhead.tokens.revoke.mutate({ account: 1, id: tokenId });
  expect(await isSigned()).toBe(false);
}, 60_000);
