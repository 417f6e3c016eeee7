import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useOwnFolder } from './own-folder.ts';
import { runInProcess } from './run-in-process.ts';

const own = useOwnFolder();

test('every command has a help page', async () => {
  const words = await commandsBelow([]);
  expect(words.map((command) => command.join(' '))).toEqual(
    expect.arrayContaining([
      'serve',
      'account create',
      'account list',
      'account suspend',
      'account resume',
      'account delete',
      'token create',
      'token list',
      'token revoke',
      'domain add',
      'domain list',
      'domain show',
      'domain rename',
      'domain verify',
      'domain records',
      'domain remove',
      'share create',
      'share list',
      'share revoke',
      'webhook add',
      'webhook list',
      'webhook update',
      'webhook rotate-secret',
      'webhook test',
      'webhook deliveries',
      'webhook send-again',
      'webhook delete',
      'events',
      'export',
      'backup',
      'restore',
      'check',
      'completion',
      'version',
    ]),
  );
  // The data folder was neither opened nor created.
  expect(readdirSync(own.folder)).toEqual([]);
});

/** All commands, found through their help. */
async function commandsBelow(above: string[]): Promise<string[][]> {
  const { exit, out, err } = await runInProcess([...above, '--help'], own.environment);
  expect({ exit, err }, above.join(' ')).toEqual({ exit: 0, err: '' });
  expect(out).toMatch(new RegExp(`^Usage: ${['letterhead', ...above].join(' ')}`));
  expect(out, above.join(' ')).toMatch(
    new RegExp(`\\nExamples:\\n {2}${['letterhead', ...above].join(' ')}\\b`),
  );
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const list = out.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '';
  const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)].flatMap(([, name = '']) =>
    name === 'help' ? [] : name,
  );
  if (names.length === 0) return [above];
  return (await Promise.all(names.map((name) => commandsBelow([...above, name])))).flat();
}

test.each([
  [[]],
  [['domain']],
  [['nonsense']],
  [['domain', 'nonsense']],
  [['domain', 'add']],
  [['domain', 'list', '--status', 'broken']],
  [['domain', 'list', '--limit', '0']],
  [['domain', 'verify', 'example.org', '--wait', 'long']],
  [['share', 'create', 'example.org', '--expires', 'tomorrow']],
  [['domain', 'list', '--nonsense']],
  [['domain', 'list', '--account', 'mine']],
  [['domain', 'records', '1', '--format', 'xml']],
  [['token', 'create', '--scope', 'everything']],
  [['token', 'create', '--expires', 'tomorrow']],
  [['token', 'create', '--expires', '2026-02-31T25:00:00Z']],
  [['token', 'create', '--expires', '2099-02-30']],
  [['token', 'create', '--expires', '2099-02-30T12:00:00+14:00']],
  [['token', 'create', '--scope', '']],
  [['export', '--json', '--format', 'csv']],
  [['token', 'revoke', 'first']],
  [['account', 'suspend', '0']],
  [['events', '--limit', '-1']],
  [['export', '--format', 'xml']],
  [['backup']],
  [['restore']],
])('the command line %j exits with 2 before anything is opened', async (words) => {
  const { exit, out, err } = await runInProcess(words, own.environment);
  expect({ exit, out }).toEqual({ exit: 2, out: '' });
  expect(err).not.toBe('');
  expect(readdirSync(own.folder)).toEqual([]);
});

test('a command that needs data makes no data folder where there is none', async () => {
  for (const command of [
    'account list',
    'token create',
    'domain list',
    'domain add example.org',
    'events',
    'export',
    'backup letterhead.tar.gz',
    'check',
  ]) {
    const { exit, out, err } = await runInProcess(command.split(' '), own.environment);
    expect({ exit, out }, command).toEqual({ exit: 3, out: '' });
    expect(err).toBe(
      `letterhead: There is no data in ${own.environment['DATA_DIR']} yet. Set DATA_DIR to where it is, or begin with \`letterhead serve\`.\n`,
    );
  }
  expect(readdirSync(own.folder)).toEqual([]);
});

test('a command asks which account is meant when there are several', async () => {
  for (const name of ['One', 'Two']) await runInProcess(['account', 'create', name], own.environment);
  const { exit, err } = await runInProcess(['domain', 'list'], own.environment);
  expect({ exit, err }).toEqual({
    exit: 2,
    err: 'letterhead: There are several accounts: name one with --account.\n',
  });
  expect((await runInProcess(['domain', 'list', '--account', '2'], own.environment)).exit).toBe(0);
});

test('a command says that the last account is gone', async () => {
  await runInProcess(['account', 'create', 'One'], own.environment);
  await runInProcess(['account', 'delete', '1', '--confirm', 'One'], own.environment);
  expect(await runInProcess(['domain', 'list'], own.environment)).toEqual({
    exit: 3,
    out: '',
    err: 'letterhead: There is no account yet: `letterhead account create` creates one.\n',
  });
});

test('a person is told which token was made, beside the secret that a script reads', async () => {
  await runInProcess(['account', 'create', 'Help desk'], own.environment);
  const attended = await runInProcess(['token', 'create', 'Mail server'], own.environment, async () => '');
  expect(attended.out).toMatch(/^lh_[A-Za-z0-9_-]{43}\n$/);
  expect(attended.err).toBe(
    'Token 1, Mail server, may do domains:read, domains:write. Its secret is shown this once; `letterhead token revoke 1 --account 1` revokes it.\n',
  );
  expect((await runInProcess(['token', 'create'], own.environment)).err).toBe('');
});

test('a person who adds a name that mail is rarely sent from is told', async () => {
  await runInProcess(['account', 'create', 'Help desk'], own.environment);
  const { out } = await runInProcess(['domain', 'add', 'www.example.org'], own.environment);
  expect(out).toMatch(/\nMail is rarely sent from www\.example\.org\. .+ enter example\.org\.\n$/);
});
