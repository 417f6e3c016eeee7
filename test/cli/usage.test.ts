import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Environment } from './letterhead-process.ts';
import { runInProcess } from './run-in-process.ts';

const TOKEN = `lh_${'a'.repeat(43)}`;

let folder: string;
let environment: Environment;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'letterhead-cli-'));
  environment = { DATA_DIR: join(folder, 'data'), DNS_SERVERS: '127.0.0.1:9' };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
  expect(readdirSync(folder)).toEqual([]);
});

/** All commands, found through their help. */
async function commandsBelow(above: string[]): Promise<string[][]> {
  const { exit, out, err } = await runInProcess([...above, '--help'], environment);
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
  const { exit, out, err } = await runInProcess(words, environment);
  expect({ exit, out }).toEqual({ exit: 2, out: '' });
  expect(err).not.toBe('');
  expect(readdirSync(folder)).toEqual([]);
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
    const { exit, out, err } = await runInProcess(command.split(' '), environment);
    expect({ exit, out }, command).toEqual({ exit: 3, out: '' });
    expect(err).toBe(
      `letterhead: There is no data in ${environment['DATA_DIR']} yet. Set DATA_DIR to where it is, or begin with \`letterhead serve\`.\n`,
    );
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('a command asks which account is meant when there are several', async () => {
  for (const name of ['One', 'Two']) await runInProcess(['account', 'create', name], environment);
  const { exit, err } = await runInProcess(['domain', 'list'], environment);
  expect({ exit, err }).toEqual({
    exit: 2,
    err: 'letterhead: There are several accounts: name one with --account.\n',
  });
  expect((await runInProcess(['domain', 'list', '--account', '2'], environment)).exit).toBe(0);
});

test('a command says that the last account is gone', async () => {
  await runInProcess(['account', 'create', 'One'], environment);
  await runInProcess(['account', 'delete', '1', '--confirm', 'One'], environment);
  expect(await runInProcess(['domain', 'list'], environment)).toEqual({
    exit: 3,
    out: '',
    err: 'letterhead: There is no account yet: `letterhead account create` creates one.\n',
  });
});

test('an account is deleted when its name is typed, and only then', async () => {
  await runInProcess(['account', 'create', 'Help desk'], environment);
  const questions: string[] = [];
  const typing = (answer: string) => async (question: string) => {
    questions.push(question);
    return answer;
  };
  expect(await runInProcess(['account', 'delete', '1'], environment, typing(''))).toMatchObject({
    exit: 2,
    err: 'letterhead: Nothing was deleted: account 1 is called Help desk.\n',
  });
  expect((await runInProcess(['account', 'delete', '1'], environment, typing('Help desk'))).exit).toBe(0);
  expect(questions).toEqual([questions[0], questions[0]]);
  expect(questions[0]).toContain('account 1 with all its domains, keys, tokens and events, for good.');
});

test('a domain is removed when the person who is asked says yes, and only then', async () => {
  await runInProcess(['account', 'create', 'Help desk'], environment);
  for (const name of ['example.org', 'example.net']) await runInProcess(['domain', 'add', name], environment);
  const questions: string[] = [];
  const typing = (answer: string) => async (question: string) => {
    questions.push(question);
    return answer;
  };
  for (const answer of ['', 'n', 'example.net', 'yesterday']) {
    expect(await runInProcess(['domain', 'remove', '1'], environment, typing(answer))).toEqual({
      exit: 2,
      out: '',
      err: 'letterhead: Nothing was removed.\n',
    });
  }
  expect(questions[0]).toBe(
    'This removes example.org (domain 1) and its key, for good: added again, it gets other records to publish.\nRemove it? [y/N] ',
  );
  expect(await runInProcess(['domain', 'remove', '1'], environment, typing(' Yes'))).toMatchObject({
    exit: 0,
    out: 'Removed example.org.\n',
  });
  expect(questions.length).toBe(5);
  expect((await runInProcess(['domain', 'remove', '2', '--yes'], environment, typing('n'))).exit).toBe(0);
  expect(questions.length).toBe(5);
});

test('a token is revoked when the person who is asked says yes, and only then', async () => {
  await runInProcess(['account', 'create', 'Help desk'], environment);
  for (const name of ['First', 'Second']) await runInProcess(['token', 'create', name], environment);
  const questions: string[] = [];
  const typing = (answer: string) => async (question: string) => {
    questions.push(question);
    return answer;
  };
  expect(await runInProcess(['token', 'revoke', '1'], environment, typing('n'))).toEqual({
    exit: 2,
    out: '',
    err: 'letterhead: Nothing was revoked.\n',
  });
  expect(questions).toEqual(['Token 1, First, will stop working at once. Revoke it? [y/N] ']);
  expect((await runInProcess(['token', 'revoke', '1'], environment, typing('y'))).exit).toBe(0);
  expect((await runInProcess(['token', 'revoke', '2', '--yes'], environment, typing('n'))).exit).toBe(0);
  expect(questions).toHaveLength(2);
});

test.each([
  { words: ['token', 'revoke', '1'], answers: ['y', 'y'] },
  { words: ['account', 'delete', '1'], answers: ['Help desk', 'y'] },
])('$words asks again before nobody can administer any more', async ({ words, answers }) => {
  await runInProcess(['account', 'create', 'Help desk'], environment);
  await runInProcess(['token', 'create', '--scope', 'admin'], environment);
  const questions: string[] = [];
  const typing = (given: string[]) => async (question: string) => {
    questions.push(question);
    return given.shift() ?? '';
  };
  const declined = await runInProcess(words, environment, typing(answers.slice(0, 1)));
  expect(declined.exit).toBe(2);
  expect(questions[1]).toMatch(/^Nobody could administer this installation any more: .+\nGo on\? \[y\/N\] $/);
  expect((await runInProcess(['token', 'list'], environment)).out).toContain('admin');
  expect((await runInProcess(words, environment, typing([...answers]))).exit).toBe(0);
});

test('a script revokes the last admin token only if it says so', async () => {
  await runInProcess(['account', 'create', 'Help desk'], environment);
  await runInProcess(['token', 'create', '--scope', 'admin'], environment);
  const refused = await runInProcess(['token', 'revoke', '1', '--json'], environment);
  expect(refused).toMatchObject({ exit: 3, out: '' });
  expect(JSON.parse(refused.err)).toMatchObject({ code: 'last_admin' });
  expect((await runInProcess(['token', 'revoke', '1', '--confirm', '1'], environment)).exit).toBe(0);
});

test('a person is told which token was made, beside the secret that a script reads', async () => {
  await runInProcess(['account', 'create', 'Help desk'], environment);
  const attended = await runInProcess(['token', 'create', 'Mail server'], environment, async () => '');
  expect(attended.out).toMatch(/^lh_[A-Za-z0-9_-]{43}\n$/);
  expect(attended.err).toBe(
    'Token 1, Mail server, may do domains:read, domains:write. Its secret is shown this once; `letterhead token revoke 1 --account 1` revokes it.\n',
  );
  expect((await runInProcess(['token', 'create'], environment)).err).toBe('');
});

test('a person who adds a name that mail is rarely sent from is told', async () => {
  await runInProcess(['account', 'create', 'Help desk'], environment);
  const { out } = await runInProcess(['domain', 'add', 'www.example.org'], environment);
  expect(out).toMatch(/\nMail is rarely sent from www\.example\.org\. .+ enter example\.org\.\n$/);
});

test('the CLI never falls back from a server to the folder', async () => {
  for (const half of [{ LETTERHEAD_URL: 'http://127.0.0.1:3000' }, { LETTERHEAD_TOKEN: TOKEN }]) {
    expect(await runInProcess(['account', 'create', 'x'], { ...environment, ...half })).toEqual({
      exit: 2,
      out: '',
      err: 'letterhead: Set both LETTERHEAD_URL and LETTERHEAD_TOKEN, or neither to open the data folder.\n',
    });
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('an empty server setting counts as unset', async () => {
  const unset = { ...environment, LETTERHEAD_URL: '', LETTERHEAD_TOKEN: ' ' };
  expect((await runInProcess(['account', 'create', 'Help desk'], unset)).exit).toBe(0);
});

test.each([
  [{ LETTERHEAD_URL: 'desk.example.org' }, 'LETTERHEAD_URL is not an address such as http://127.0.0.1:3000.'],
  [{ LETTERHEAD_URL: 'file:///etc' }, 'LETTERHEAD_URL is not an address such as http://127.0.0.1:3000.'],
  [
    { LETTERHEAD_URL: 'http://me:hunter2@127.0.0.1:3000' },
    'LETTERHEAD_URL has a user name or a password in it: leave them out.',
  ],
  [{ LETTERHEAD_TOKEN: 'päss' }, 'LETTERHEAD_TOKEN is not a token, which is lh_ and 43 characters.'],
])('the server setting %j is refused', async (bad, sentence) => {
  const server = { LETTERHEAD_URL: 'http://127.0.0.1:3000', LETTERHEAD_TOKEN: TOKEN, ...bad };
  expect(await runInProcess(['domain', 'list'], server)).toEqual({
    exit: 2,
    out: '',
    err: `letterhead: ${sentence}\n`,
  });
});

test('the CLI says in a sentence that no server answers', async () => {
  const port = await freePort();
  for (const host of ['127.0.0.1', 'localhost']) {
    const url = `http://${host}:${port}`;
    expect(await runInProcess(['domain', 'list'], { LETTERHEAD_URL: url, LETTERHEAD_TOKEN: TOKEN })).toEqual({
      exit: 3,
      out: '',
      err: `letterhead: No Letterhead server answers at ${url}: nothing listens there. Check LETTERHEAD_URL, and that the server runs.\n`,
    });
  }
});

test('the CLI says in a sentence that the server does not use TLS', async () => {
  const plain = createServer();
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const address = plain.address();
  const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  try {
    const { exit, err } = await runInProcess(['domain', 'list'], {
      LETTERHEAD_URL: url,
      LETTERHEAD_TOKEN: TOKEN,
    });
    expect(exit).toBe(3);
    expect(err).toContain(`answers at ${url}: it does not use TLS, so its address begins with http://.`);
  } finally {
    plain.closeAllConnections();
    plain.close();
  }
});

test.each([
  ['a web page', 200, '<!doctype html><p>Hello'],
  ['other JSON', 200, '{"hello": "world"}'],
  ['a list', 200, '[]'],
  ['nothing', 502, ''],
  ['other JSON in the error', 404, '{"error": "no such route"}'],
])(
  'the CLI says in a sentence that what answers is not a Letterhead server: %s',
  async (_what, status, body) => {
    const other = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    try {
      for (const words of [
        ['domain', 'list'],
        ['domain', 'list', '--account', '1', '--json'],
      ]) {
        const { exit, out, err } = await runInProcess(words, {
          LETTERHEAD_URL: url,
          LETTERHEAD_TOKEN: TOKEN,
        });
        expect({ exit, out }).toEqual({ exit: 3, out: '' });
        expect(err).toContain(`No Letterhead server answers at ${url}: something else answers there.`);
      }
    } finally {
      other.close();
    }
  },
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
