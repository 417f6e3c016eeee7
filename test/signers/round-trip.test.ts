import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { expect, inject, test } from 'vitest';
import { onTheFolder, type TestInstallation } from '../cli/both-connections.ts';

const DOMAINS = inject('movedDomains');
/** How many keys the mail server's own program makes; domains share them. */
const KEYS = 4;

/** A mail server's own way to make keys and to write down whose they are. */
interface MailServer {
  /** Makes a key; resolves to its file. */
  makeKey(folder: string, selector: string): string;
  /** The tables of its lines `[domain, selector, file of the key]`. */
  tables(lines: readonly (readonly [string, string, string])[]): Readonly<Record<string, string>>;
}

const MAIL_SERVERS: Readonly<Record<'opendkim' | 'rspamd', MailServer>> = {
  opendkim: {
    makeKey(folder, selector) {
      execFileSync('opendkim-genkey', ['-b', '2048', '-d', 'example.org', '-s', selector, '-D', folder]);
      return join(folder, `${selector}.private`);
    },
    tables: (lines) => ({
      KeyTable: lines
        .map(([domain, selector, file]) => `${selector}._domainkey.${domain} ${domain}:${selector}:${file}\n`)
        .join(''),
    }),
  },
  rspamd: {
    makeKey(folder, selector) {
      const file = join(folder, `example.org.${selector}.key`);
      execFileSync('rspamadm', [
        'dkim_keygen',
        '-b',
        '2048',
        '-d',
        'example.org',
        '-s',
        selector,
        '-k',
        file,
      ]);
      return file;
    },
    tables: (lines) => ({
      'selectors.map': lines.map(([domain, selector]) => `${domain} ${selector}\n`).join(''),
      'paths.map': lines.map(([domain, , file]) => `${domain} ${file}\n`).join(''),
    }),
  },
};

test.each(['opendkim', 'rspamd'] as const)(
  'many domains of %s move in, out and into another installation with their selectors and keys',
  async (format) => {
    const root = await mkdtemp(join(tmpdir(), 'letterhead-round-trip-'));
    try {
      const [original, exported, last] = [join(root, 'original'), join(root, 'exported'), join(root, 'last')];
      const wanted = await writeInstallation(MAIL_SERVERS[format], original);
      await using one = await onTheFolder();
      await using other = await onTheFolder();
      await importAll(one, format, original);
      await exportAll(one, format, exported);
      await importAll(other, format, exported);
      await exportAll(other, 'pem', last);
      expect(await keysIn(last)).toEqual(wanted);
    } finally {
      await rm(root, { recursive: true });
    }
  },
  120_000,
);

/** Resolves to the selector and the private key of each domain. */
async function writeInstallation(mailServer: MailServer, folder: string): Promise<Map<string, string>> {
  await mkdir(folder);
  const files = Array.from({ length: KEYS }, (_, at) => mailServer.makeKey(folder, `made-${at}`));
  const keys = new Map(
    await Promise.all(files.map(async (file) => [file, toDer(await readFile(file, 'utf8'))] as const)),
  );
  const lines = Array.from({ length: DOMAINS }, (_, at) => {
    const name = at % 2 === 0 ? `customer-${at}.example` : domainToASCII(`mail.bücher-${at}.co.uk`);
    return [name, `2026-${at}.main`, files[at % KEYS] ?? ''] as const;
  });
  for (const [name, text] of Object.entries(mailServer.tables(lines)))
    await writeFile(join(folder, name), text);
  return new Map(lines.map(([domain, selector, file]) => [domain, `${selector} ${keys.get(file)}`]));
}

async function importAll({ run }: TestInstallation, format: string, folder: string): Promise<void> {
  const { exit, out } = await run('import', '--format', format, '--unproved', folder);
  expect([exit, out.trimEnd().split('\n').at(-1)]).toEqual([
    0,
    `${DOMAINS} imported, 0 unchanged, 0 refused.`,
  ]);
}

async function exportAll({ run }: TestInstallation, format: string, folder: string): Promise<void> {
  expect(await run('keys', 'export', '--format', format, '--unverified', folder)).toMatchObject({
    exit: 0,
    out: `Exported ${DOMAINS} keys to ${folder}.\n`,
  });
}

async function keysIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(join(folder, 'keys'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const key = toDer(await readFile(join(parentPath, name), 'utf8'));
        return [parentPath.slice(parentPath.lastIndexOf('/') + 1), `${name.slice(0, -4)} ${key}`] as const;
      }),
    ),
  );
}

function toDer(pem: string): string {
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }).toString('base64');
}
