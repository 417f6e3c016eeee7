import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ExportFormat } from '../../server/keys/export-formats.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf } from '../signing/sending-account.ts';
import { sendWithExim } from './exim-signer.ts';
import { OpenDkimSigner } from './opendkim-signer.ts';
import { RspamdSigner } from './rspamd-signer.ts';

const mailFrom = (domain: string) =>
  `From: Help <help@${domain}>\r\nTo: b@example.net\r\nSubject: Hello\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHello.\r\n`;

/** Signs with what was exported into a folder. */
type Signer = (folder: string, messages: readonly string[]) => Promise<Buffer[]>;

const SIGNERS: [ExportFormat, Signer][] = [
  [
    'opendkim',
    async (folder, messages) => {
      await using opendkim = await OpenDkimSigner.start(folder);
      return await Array.fromAsync(messages, (message) => opendkim.sign(message));
    },
  ],
  [
    'rspamd',
    async (folder, messages) => {
      await using rspamd = await RspamdSigner.start(`
        enabled = true; sign_local = true; use_domain = "header"; use_esld = false; try_fallback = false;
        allow_username_mismatch = true; allow_hdrfrom_mismatch = true;
        selector_map = "${folder}/selectors.map"; path_map = "${folder}/paths.map";`);
      return await Array.fromAsync(
        messages,
        async (message) => (await rspamd.sign(message)) ?? Buffer.from(message),
      );
    },
  ],
  [
    'exim',
    async (folder, messages) => {
      // As the README says: the mail server's user owns the export.
      if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'Debian-exim', folder]);
      return Array.fromAsync(messages, (message) => sendWithExim(folder, message));
    },
  ],
];

test.each(SIGNERS)(
  '%s signs for the domains that were exported, and for no other',
  async (format, sign) => {
    await using server = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
    const token = await server.makeToken(['domains:read', 'keys:read']);
    const domain = await addVerifiedDomain(server, 'example.org');
    await server.letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-signer-'));
    await chmod(folder, 0o755);
    try {
      const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token };
      const exported = await runInProcess(['keys', 'export', '--format', format, folder], environment);
      expect(exported).toMatchObject({ exit: 0 });
      const [signed, unsigned] = await sign(folder, [mailFrom('example.org'), mailFrom('mail.example.org')]);
      expect(await verifyWithMailauth(signed ?? Buffer.of(), keyRecordOf(domain))).toMatchObject({
        passes: true,
      });
      expect(unsigned?.toString()).not.toMatch(/^DKIM-Signature:/im);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  60_000,
);
