import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { onTheFolder } from './both-connections.ts';
import type { CommandOutcome } from './letterhead-process.ts';
import { runInProcess } from './run-in-process.ts';

/** Characters that a terminal interprets or hides: C0 without layout, DEL, C1, bidi, zero-width, separators and tags. */
const HARMFUL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e01ef}]/u;

/** A line that hostile text must not be able to forge. */
const FORGED = 'To do: Run curl https://example.com';

const CHARACTERS = [
  ...'\u0000\u0007\b\t\n\v\f\r\u001b\u007f\u0080\u0085\u0090\u009b\u009f\u00ad\u061c\u180e\u200b\u200e\u200f',
  ...'\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\ufff9\u{e0001}\u{e0041}\u{e007f}',
  ...'a"\\ü語',
  '\u001b[2J',
  `\n  ${FORGED}\n`,
];

/** Wraps a text so that it is not trimmed, and not taken for an option or an id. */
const HostileText = fc
  .string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength: 25 })
  .map((text) => `x${text}\n${FORGED}\u009b31m\u202ey`);

test('no name, DNS answer or word that was typed reaches the terminal as anything but visible text', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '99999' } });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(HostileText, async (hostile) => {
      runs += 1;
      for (const { command, out, err } of await runAll(server, hostile, `d${runs}.example.org`)) {
        expectHarmless(`${command}: standard output`, out);
        expectHarmless(`${command}: standard error`, err);
      }
    }),
    { numRuns: 6 },
  );
});

test('JSON output that was made harmless still means what REST answers', async () => {
  // Each request is noted as the last one of its token, which one of the two would see later.
  const now = new Date();
  await using server = await startTestServer({ clock: () => now });
  const run = commandsOf(server);
  await fc.assert(
    fc.asyncProperty(HostileText, async (name) => {
      await server.letterhead.tokens.create.mutate({ account: 1, name, scopes: ['domains:read'] });
    }),
    { numRuns: 10 },
  );
  for (const [command, path] of [
    ['token list', '/accounts/1/tokens'],
    ['events', '/accounts/1/events'],
  ] as const) {
    const { out } = await run(...command.split(' '), '--json');
    expect(JSON.parse(out), command).toEqual((await server.rest('GET', path)).body.data);
  }
});

test('a damaged file and a path with odd letters are reported harmlessly', async () => {
  await using place = await onTheFolder();
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-hostile-\u001b[2J\u202e\n'));
  try {
    const attended = (...words: string[]) => runInProcess(words, place.environment, async () => '');
    await writeFile(
      join(place.environment['DATA_DIR'] ?? '', 'accounts', '9.json'),
      `{"id": \u009b\n${FORGED}`,
    );
    const archive = join(folder, 'backup.tar.gz');
    for (const words of [
      ['check'],
      ['check', '--json'],
      ['backup', archive],
      ['backup', archive, '--json'],
      ['backup', folder],
      ['restore', join(folder, 'none')],
    ]) {
      const { out, err } = await attended(...words);
      expect(out + err).not.toBe('');
      expectHarmless(`${words[0]}: standard output`, out);
      expectHarmless(`${words[0]}: standard error`, withoutProgress(err));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ['a terminal', true],
  ['a pipe', false],
])('the log that goes to %s holds nothing that a terminal interprets', async (_where, isTTY) => {
  const log = fileURLToPath(new URL('../../server/log.ts', import.meta.url));
  const hostile = `x${CHARACTERS.join('')}y`;
  const script = `
    import { createLog } from ${JSON.stringify(log)};
    const hostile = ${JSON.stringify(hostile)};
    const log = await createLog('info', { isTTY: ${isTTY} });
    log.info({ name: hostile, list: [hostile] }, hostile);
    log.error({ err: new Error(hostile, { cause: new Error(hostile) }) }, 'It failed');
  `;
  const { stderr } = await promisify(execFile)(process.execPath, [
    '-C',
    'letterhead-source',
    '--input-type=module',
    '-e',
    script,
  ]);
  expect(stderr).toContain('It failed');
  expectHarmless(
    'the log',
    stderr.replaceAll(/^ +.*$/gm, (line) => line.replaceAll(FORGED, '')),
  );
  if (!isTTY) expect(JSON.parse(stderr.split('\n')[0] ?? '')).toMatchObject({ name: hostile, msg: hostile });
});

interface Printed {
  readonly command: string;
  readonly out: string;
  readonly err: string;
}

/** Runs every command that can print texts of other people: as text and as JSON, with prompts answered. */
async function runAll(server: TestServer, hostile: string, name: string): Promise<Printed[]> {
  const { letterhead } = server;
  const { id: account } = await letterhead.accounts.create.mutate({ name: hostile });
  const token = await letterhead.tokens.create.mutate({
    account: 1,
    name: hostile,
    scopes: ['domains:read'],
  });
  const { dns_records } = await letterhead.domains.create.mutate({ account: 1, domain: name });
  server.dns.publish(`${dns_records[0]?.hostname}.example.org`, {
    TXT: [`k=rsa; p=${hostile}`, hostile, FORGED],
  });
  server.dns.publish('_dmarc.example.org', { TXT: [`v=DMARC1; p=${hostile}`] });
  server.dns.publish('example.org', { TXT: [`v=spf1 ${hostile}`, `v=spf1 include:${hostile}`] });

  const printed: Printed[] = [];
  const run = commandsOf(server);
  const note = async (words: readonly string[], outcome: CommandOutcome) =>
    printed.push({ command: words.join(' '), out: outcome.out, err: outcome.err });
  for (const words of [
    ['domain', 'verify', name],
    ['domain', 'show', name],
    ['domain', 'list'],
    ['domain', 'records', name],
    ['domain', 'records', name, '--format', 'text'],
    ['domain', 'records', name, '--format', 'bind'],
    ['domain', 'show', hostile],
    ['domain', 'add', hostile],
    ['domain', 'rename', name, hostile],
    ['domain', 'add', hostile, name],
    ['share', 'list', name],
    ['share', 'create', hostile],
    ['completion', hostile],
    ['domain', 'remove', name],
    ['token', 'create', hostile],
    ['token', 'create', 'Name', '--scope', hostile],
    ['token', 'create', 'Name', '--expires', hostile],
    ['token', 'revoke', hostile],
    ['token', 'revoke', String(token.id)],
    ['token', 'list'],
    ['account', 'create', hostile],
    ['account', 'list'],
    ['account', 'update', String(account), '--display-name', hostile],
    ['account', 'update', String(account), '--contact', hostile],
    ['account', 'update', String(account), '--logo', hostile.replaceAll('\0', '')],
    ['account', 'show', String(account)],
    ['account', 'suspend', String(account)],
    ['account', 'resume', String(account)],
    ['account', 'delete', String(account)],
    ['account', 'delete', String(account), '--confirm', hostile],
    ['events'],
    ['events', '--domain', hostile],
    ['export'],
    ['export', '--format', 'csv'],
    ['export', '--format', hostile],
    [hostile],
    ['domain', hostile],
    ['domain', 'list', `--${hostile}`],
    ['domain', 'list', hostile],
  ]) {
    await note(words, await run(...words));
    if (words[0] !== 'account' || words[1] !== 'delete') await note(words, await run(...words, '--json'));
  }
  await follow(server, run, note);
  await letterhead.tokens.revoke.mutate({ account: 1, id: token.id });
  return printed;
}

/** `events --follow` ends when its token is revoked. */
async function follow(
  server: TestServer,
  run: ReturnType<typeof commandsOf>,
  note: (words: readonly string[], outcome: CommandOutcome) => Promise<unknown>,
): Promise<void> {
  for (const options of [[], ['--json']]) {
    const { id, token } = await server.letterhead.tokens.create.mutate({
      account: 1,
      name: 'Follower',
      scopes: ['domains:read'],
    });
    const words = ['events', '--follow', ...options];
    const followed = runInProcess(
      words,
      { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token },
      async () => '',
    );
    await run('token', 'list');
    await server.letterhead.tokens.revoke.mutate({ account: 1, id });
    await note(words, await followed);
  }
}

/** Runs commands that prompt; the questions are part of the output. */
function commandsOf({ url, token }: TestServer): (...words: string[]) => Promise<CommandOutcome> {
  return async (...words) => {
    let asked = '';
    const outcome = await runInProcess(
      words,
      { LETTERHEAD_URL: url, LETTERHEAD_TOKEN: token },
      async (question) => {
        asked += question;
        return '';
      },
    );
    return { ...outcome, err: `${asked}\n${outcome.err}` };
  };
}

function expectHarmless(what: string, text: string): void {
  // CSV ends its lines so (RFC 4180).
  const found = HARMFUL.exec(text.replaceAll('\r\n', '\n'));
  expect(
    found === null ? null : `${what}: ${JSON.stringify(found[0])} in ${JSON.stringify(text)}`,
  ).toBeNull();
  const forged = text.split('\n').find((line) => line.trim().startsWith(FORGED));
  expect(forged === undefined ? null : `${what}: ${forged}`).toBeNull();
}

/** A line that is written over (ECMA-48's EL). */
function withoutProgress(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
  return text.replaceAll(/\r(?:Backing up: file \d+ of \d+)?\u001b\[K/g, '');
}
