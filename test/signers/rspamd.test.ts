import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Domain } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { onTheFolder } from '../cli/both-connections.ts';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf, publishRecords } from '../signing/sending-account.ts';
import { exportKeys, settingsForVault } from './mail-servers.ts';
import { RspamdSigner } from './rspamd-signer.ts';
import { isSigned } from './signer.ts';

const mailFrom = (domain: string) =>
  Buffer.from(`From: Help <help@${domain}>\r\nTo: b@example.net\r\nSubject: Hello\r\n\r\nHello.\r\n`);

test('rspamd signs with the example’s settings from when a domain is verified until it is lost, renamed or removed', async () => {
  await using server = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
  const { letterhead } = server;
  const { id: tokenId, token } = await letterhead.tokens.create.mutate({
    account: 1,
    name: 'rspamd',
    scopes: ['keys:read'],
  });
  await using rspamd = await RspamdSigner.start(await settingsForVault(server, token));
  const signs = async (domain = 'example.org') => isSigned(await rspamd.sign(mailFrom(domain)));

  const created = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  expect(await signs()).toBe(false);
  publishRecords(server, created);
  await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
  for (const domain of ['example.org', 'mail.example.org']) {
    const signed = await rspamd.sign(mailFrom(domain));
    expect(await verifyWithMailauth(signed, keyRecordOf(created))).toMatchObject({
      passes: true,
    });
  }

  server.dns.publish(`${created.dns_records[0]?.hostname}.example.org`, null);
  await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
  expect(await signs()).toBe(false);

  publishRecords(server, created);
  await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
  expect(await signs()).toBe(true);
  await letterhead.domains.update.mutate({ account: 1, id: created.id, domain: 'example.net' });
  expect([await signs(), await signs('example.net')]).toEqual([false, false]);

  const second = await addVerifiedDomain(server, 'example.org');
  expect(await signs()).toBe(true);
  await letterhead.domains.delete.mutate({ account: 1, id: second.id });
  expect(await signs()).toBe(false);

  await addVerifiedDomain(server, 'example.org');
  expect(await signs()).toBe(true);
  await letterhead.tokens.revoke.mutate({ account: 1, id: tokenId });
  expect(await signs()).toBe(false);
}, 60_000);

test('rspamd signs with an export for the domains that are in it, and for no other', async () => {
  await using server = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
  const domain = await addVerifiedDomain(server, 'example.org');
  const token = await server.makeToken(['domains:read', 'keys:read']);
  await using started = new AsyncDisposableStack();
  const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token };
  const folder = await exportKeys('rspamd', environment, started);
  await using rspamd = await RspamdSigner.start(`
    enabled = true; sign_local = true; allow_username_mismatch = true; allow_hdrfrom_mismatch = true;
    selector_map = "${folder}/selectors.map"; path_map = "${folder}/paths.map";
    use_domain = "header"; use_esld = false; try_fallback = false;`);
  const signed = await rspamd.sign(mailFrom('example.org'));
  expect(await verifyWithMailauth(signed, keyRecordOf(domain))).toMatchObject({ passes: true });
  expect(isSigned(await rspamd.sign(mailFrom('mail.example.org')))).toBe(false);
}, 60_000);

test('what rspamd signs with by its own settings is what an import of them takes', async () => {
  await using place = await onTheFolder();
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-rspamd-'));
  started.defer(() => rm(folder, { recursive: true }));
  const keys = ['named', 'listed', 'mapped', 'found', 'bare'].map((name) => `${name}.example`);
  for (const name of keys) await writeFile(join(folder, `${name}.key`), newKey());
  await writeFile(join(folder, 'selectors'), 'mapped.example mapped\n');
  const settings = `
    enabled = true; sign_local = true; allow_username_mismatch = true; use_esld = false;
    selector = "usual";
    path = "${folder}/$domain.key"
    selector_map = "file://${folder}/selectors"
    domain {
      named.example { selector = "named", path: '${folder}/\${domain}.key' }
      "listed.example" { selectors [ { selector = listed; } ] } /* the usual path */
      bare.example { }
    }`;
  await writeFile(join(folder, 'dkim_signing.conf'), settings);
  const imported = await place.run('import', '--format', 'rspamd', '--unproved', folder);
  expect(imported).toMatchObject({ exit: 0 });
  await using rspamd = await RspamdSigner.start(settings);
  const domains: Domain[] = await place.json('domain', 'list');
  expect(domains.map(({ domain }) => domain).sort()).toEqual(keys.toSorted());
  for (const domain of domains) {
    const signed = await rspamd.sign(mailFrom(domain.domain));
    const { hostname } = domain.dns_records[0] ?? { hostname: '' };
    expect(/\ss=(\w+);/.exec(signed.toString('latin1'))?.[1]).toBe(hostname.split('.')[0]);
    expect(await verifyWithMailauth(signed, keyRecordOf(domain))).toMatchObject({ passes: true });
  }
}, 60_000);

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
