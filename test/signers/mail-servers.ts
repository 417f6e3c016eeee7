import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportFormat } from '../../server/keys/export-formats.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import type { TestServer } from '../running-server.ts';
import { EximSigner } from './exim-signer.ts';
import { OpenDkimSigner } from './opendkim-signer.ts';
import { RspamdSigner } from './rspamd-signer.ts';
import { asHandedToMilter, isSigned, type Signer } from './signer.ts';

const EXAMPLE = new URL('../../examples/postfix-rspamd/dkim_signing.conf', import.meta.url);

const UNSIGNED = /left unsigned/;
/** They know no name but those of their tables. */
const NOT_HELD = { 'a domain that nobody holds': UNSIGNED, 'a domain that is not verified': UNSIGNED };
/** What their MTA refuses or mends before they get it. */
const BEHIND_AN_MTA = {
  'mixed line ends': /RFC 5321/,
  'a CR alone': /RFC 5321/,
  'no end of its headers': null,
};

const OPENDKIM_DIFFERS = {
  ...NOT_HELD,
  ...BEHIND_AN_MTA,
  'no From field': UNSIGNED,
  // The first address decides.
  'From addresses of two domains': null,
  'two From fields': null,
  'a NUL': null,
  'headers over 32 KiB': null,
};

const TOO_LONG = /message has lines too long for transport/;
const EXIM_DIFFERS = {
  ...NOT_HELD,
  // RFC 5322 §2.1.1 allows 998 characters.
  'a body line of 100,000 characters': TOO_LONG,
  'headers over 32 KiB': TOO_LONG,
  // Its settings name the domain of a From field with one address.
  'several From addresses of one domain': UNSIGNED,
  'a group in From': UNSIGNED,
  'From addresses of two domains': UNSIGNED,
  'two From fields': UNSIGNED,
  // It mends them, as it does every message that a program of its machine hands it.
  'no From field': UNSIGNED,
  'mixed line ends': null,
  'a CR alone': null,
  'no end of its headers': null,
  'a NUL': null,
};

const RSPAMD_DIFFERS = {
  ...NOT_HELD,
  ...BEHIND_AN_MTA,
  // `allow_hdrfrom_multiple` is off: it would sign for the first.
  'several From addresses of one domain': UNSIGNED,
  'a group in From': UNSIGNED,
  'From addresses of two domains': UNSIGNED,
  'two From fields': UNSIGNED,
  'no From field': UNSIGNED,
  // It finds no address in them.
  'quotes and comments in From': UNSIGNED,
  // It makes no URL of a name that has other octets than ASCII's.
  'an international domain': UNSIGNED,
  'an international address': UNSIGNED,
  'a NUL': null,
  'headers over 32 KiB': null,
};

/** Debian's mail servers with the keys of account 1, each with the settings that the manual has for it. */
export async function startMailServers(server: TestServer, started: AsyncDisposableStack): Promise<Signer[]> {
  const token = await server.makeToken(['domains:read', 'keys:read']);
  const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token };
  const exportTo = (format: ExportFormat) => exportKeys(format, environment, started);
  const opendkim = started.use(await OpenDkimSigner.start(await exportTo('opendkim')));
  const exim = started.use(await EximSigner.start(await exportTo('exim')));
  const vault = started.use(await RspamdSigner.start(await settingsForVault(server, token)));
  return [
    toSigner('opendkim from an export', OPENDKIM_DIFFERS, (message) =>
      opendkim.sign(asHandedToMilter(message)),
    ),
    toSigner('exim from an export', EXIM_DIFFERS, (message) => exim.sign(message)),
    toSigner('rspamd over the vault path', RSPAMD_DIFFERS, (message) =>
      vault.sign(asHandedToMilter(message)),
    ),
  ];
}

function toSigner(
  name: string,
  differs: Signer['differs'],
  sign: (message: Buffer) => Promise<Buffer>,
): Signer {
  return {
    name,
    program: name.split(' ', 1)[0] ?? '',
    differs,
    async sign(message) {
      const signed = await sign(message);
      if (!isSigned(signed)) throw new Error('The message was left unsigned.');
      return signed;
    },
  };
}

/** The example's settings, with the address and the token of this server. */
export async function settingsForVault({ url }: TestServer, token: string): Promise<string> {
  const settings = await readFile(EXAMPLE, 'utf8');
  return settings.replace('http://127.0.0.1:3000', url).replace(/lh_REPLACE\w+/, token);
}

/** An export into a folder of its own, which goes with what was started. */
export async function exportKeys(
  format: ExportFormat,
  environment: Record<string, string>,
  started: AsyncDisposableStack,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-signer-'));
  started.defer(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  const { exit, err } = await runInProcess(['keys', 'export', '--format', format, folder], environment);
  if (exit !== 0) throw new Error(err);
  return folder;
}
