import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressOf } from '../../bench/free-port.ts';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { Environment, Workplace } from './letterhead-process.ts';
import { makeWorkplace } from './letterhead-process.ts';
import { runInProcess } from './run-in-process.ts';

let server: TestServer;
let place: Workplace;
let backup: string;
/** Environment of commands that call the server. */
let remote: Environment;
/** Environment of commands on a data folder that does not exist yet. */
let local: Environment;

beforeEach(async () => {
  server = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
  place = await makeWorkplace();
  backup = join(place.folder, 'letterhead.tar.gz');
  const token = await server.makeToken(['admin', 'keys:read']);
  remote = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token };
  local = { DATA_DIR: place.dataDir };
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const add = (domain: string) => server.letterhead.domains.create.mutate({ account: 1, domain });

test('a backup of a server that keeps serving is restored whole', async () => {
  for (const name of ['example.org', 'mail.example.co.uk']) await add(name);
  const domains = (await server.rest('GET', '/accounts/1/domains')).body.data;
  const made = await runInProcess(['backup', backup, '--json'], remote);
  expect(made).toMatchObject({ exit: 0, err: '' });
  expect(JSON.parse(made.out)).toEqual({
    file: backup,
    files: expect.any(Number),
    bytes: statSync(backup).size,
    without_key: false,
  });
  expect(statSync(backup).mode & 0o077).toBe(0);
  await add('example.net');

  const restored = await runInProcess(['restore', backup], local);
  expect(restored).toMatchObject({ exit: 0, err: '' });
  expect(restored.out).toMatch(
    /^Restored\. .+ holds 1 account with 2 domains, and nothing is wrong with it\.$/m,
  );
  expect(restored.out).toContain('Ids that were given out after the backup was made can come again');
  expect(restored.out).not.toContain('secret.key');
  const exported = (await runInProcess(['export'], local)).out.trimEnd().split('\n');
  expect(exported.map((line) => JSON.parse(line))).toEqual(domains);

  // The tokens were restored as well, so clients can continue with them.
  const serving = await place.serve();
  const headers = { authorization: `Bearer ${server.token}` };
  expect((await fetch(`${serving.url}/api/v1/token`, { headers })).status).toBe(200);
  expect(serving.output.out).not.toContain('lh_');
});

test('a backup of a folder that no server holds is restored whole', async () => {
  await runInProcess(['account', 'create', 'Help desk'], local);
  await runInProcess(['domain', 'add', 'example.org'], local);
  expect(await runInProcess(['backup', backup], local)).toMatchObject({ exit: 0, err: '' });
  const elsewhere = { DATA_DIR: join(place.folder, 'elsewhere') };
  expect((await runInProcess(['restore', backup], elsewhere)).exit).toBe(0);
  const [here, there] = await Promise.all(
    [local, elsewhere].map((environment) => runInProcess(['domain', 'list', '--json'], environment)),
  );
  expect(there).toEqual(here);
});

test('a backup can leave the secret key out, and says what that means', async () => {
  await add('example.org');
  const { out } = await runInProcess(['backup', backup, '--without-key'], remote);
  expect(out).toContain('It does not hold the key:');
  const restored = await runInProcess(['restore', backup], local);
  expect(restored.out).toContain('set SECRET_KEY, or put secret.key back, before the server starts');
  expect(existsSync(join(place.dataDir, 'secret.key'))).toBe(false);

  const key = readFileSync(join(server.dataDir, 'secret.key'), 'utf8').trim();
  expect((await runInProcess(['domain', 'list'], local)).exit).toBe(3);
  expect((await runInProcess(['domain', 'list'], { ...local, SECRET_KEY: key })).exit).toBe(0);
});

test('a backup by a token without the scope keys:read says that it does not hold the secret key, and why', async () => {
  const { out } = await runInProcess(['backup', backup], { ...remote, LETTERHEAD_TOKEN: server.token });
  expect(out).toContain(
    'It does not hold the key, which a server gives only to a token that has the scope keys:read as well:',
  );
  await runInProcess(['restore', backup], local);
  expect(existsSync(join(place.dataDir, 'secret.key'))).toBe(false);
});

test('a backup keeps the older file until the new one is whole, and leaves nothing unfinished', async () => {
  writeFileSync(backup, 'the older one');
  const reader = await server.makeToken(['domains:read', 'domains:write']);
  const refused = await runInProcess(['backup', backup], { ...remote, LETTERHEAD_TOKEN: reader });
  expect(refused).toEqual({
    exit: 3,
    out: '',
    err: 'letterhead: This token lacks the scope admin. Use a token that has it, or ask for one.\n',
  });
  expect(readFileSync(backup, 'utf8')).toBe('the older one');
  await runInProcess(['backup', backup], remote);
  expect(readFileSync(backup).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  expect(readdirSync(place.folder)).toEqual(['letterhead.tar.gz']);
});

test('the backup command fails when the connection is lost on the way', async () => {
  await using proxy = await startCuttingProxy(server.url);
  writeFileSync(backup, 'the older one');
  const cutOff = await runInProcess(['backup', backup], { ...remote, LETTERHEAD_URL: proxy.url });
  expect(cutOff).toEqual({
    exit: 3,
    out: '',
    err: 'letterhead: The connection was lost during the backup. Nothing was written; try again.\n',
  });
  expect(readFileSync(backup, 'utf8')).toBe('the older one');
  expect(readdirSync(place.folder)).toEqual(['letterhead.tar.gz']);
});

test('a backup that cannot be written says why, and leaves what is there', async () => {
  const folder = join(place.folder, 'folder');
  const socket = join(place.folder, 'socket');
  mkdirSync(folder);
  const holder = createServer().listen(socket);
  await once(holder, 'listening');
  try {
    for (const [path, sentence] of [
      [
        join(place.folder, 'missing', 'x.tar.gz'),
        `There is no folder ${join(place.folder, 'missing')}. Make it first, or name another file.`,
      ],
      [folder, `${folder} is a folder. Name a file in it, such as ${folder}/letterhead.tar.gz.`],
      [socket, `${socket} is no ordinary file. Name another one.`],
      [
        join(socket, 'x.tar.gz'),
        `The backup cannot be written to ${join(socket, 'x.tar.gz')}: a file stands where a folder is needed.`,
      ],
    ] as const) {
      expect(await runInProcess(['backup', path], remote)).toEqual({
        exit: 3,
        out: '',
        err: `letterhead: ${sentence}\n`,
      });
    }
    expect(lstatSync(socket).isSocket()).toBe(true);
    expect(readdirSync(place.folder).toSorted()).toEqual(['folder', 'socket']);
  } finally {
    holder.close();
  }
  expect(await runInProcess(['backup', ''], remote)).toMatchObject({ exit: 2, out: '' });
});

test.skipIf(process.platform === 'win32')(
  'a backup is refused where a file of the folder cannot be read, and the check command names it',
  async () => {
    await add('example.org');
    const file = join(server.dataDir, 'accounts', '1.json');
    renameSync(file, join(place.folder, 'moved'));
    symlinkSync(join(place.folder, 'moved'), file);

    const refusal = {
      message: expect.stringMatching(/^No backup can be made, .+ `letterhead check` names it/),
      code: 'unavailable',
    };
    expect(await server.rest('GET', '/backup')).toMatchObject({ status: 503, body: refusal });
    expect(server.log.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        file: 'accounts/1.json',
        msg: 'no backup can be made before this file is mended',
      }),
    );
    const remotely = await runInProcess(['backup', backup, '--json'], remote);
    expect({ exit: remotely.exit, ...JSON.parse(remotely.err) }).toEqual({ exit: 3, ...refusal });
    cpSync(server.dataDir, place.dataDir, { recursive: true, verbatimSymlinks: true });
    const inFolder = await runInProcess(['backup', backup], local);
    expect(inFolder.exit).toBe(3);
    expect(inFolder.err).toMatch(/^letterhead: No backup can be made, /);
    expect(existsSync(backup)).toBe(false);
    expect((await runInProcess(['check'], local)).out).toContain(
      '\n  accounts/1.json cannot be read: a symbolic link stands in its place.\n',
    );
  },
);

test('a restore brings back everything or nothing', async () => {
  await add('example.org');
  await runInProcess(['backup', backup], remote);
  const whole = readFileSync(backup);
  for (const [what, archive, why] of [
    ['cut', whole.subarray(0, whole.length / 2), 'it ends too early. Take another copy of it.'],
    [
      'cut within a file before it was compressed',
      gzipSync(gunzipSync(whole).subarray(0, 700)),
      'it ends too early. Take another copy of it.',
    ],
    ['no archive', Buffer.from('hello'), 'it is no archive that `letterhead backup` has written.'],
    [
      'something else',
      gzipSync('hello'.repeat(200)),
      'it is no archive that `letterhead backup` has written.',
    ],
    ['empty', Buffer.alloc(0), 'it ends too early. Take another copy of it.'],
  ] as const) {
    writeFileSync(backup, archive);
    expect(await runInProcess(['restore', backup], local), what).toEqual({
      exit: 3,
      out: '',
      err: `letterhead: ${backup} cannot be restored: ${why} Nothing was changed.\n`,
    });
    expect(readdirSync(place.folder), what).toEqual(['letterhead.tar.gz']);
  }
});

test('the restore command says in a sentence that there is nothing to restore', async () => {
  for (const [path, sentence] of [
    [
      `${backup}.missing`,
      `There is no file ${backup}.missing. Name one that \`letterhead backup\` has written.`,
    ],
    [place.folder, `${place.folder} is a folder. Name a file that \`letterhead backup\` has written.`],
  ] as const) {
    expect(await runInProcess(['restore', path], local)).toEqual({
      exit: 3,
      out: '',
      err: `letterhead: ${sentence}\n`,
    });
  }
  expect(await runInProcess(['restore', ''], local)).toMatchObject({ exit: 2, out: '' });
  expect(readdirSync(place.folder)).toEqual([]);
});

test('the restore command says in a sentence that DATA_DIR is a file', async () => {
  await runInProcess(['backup', backup], remote);
  writeFileSync(place.dataDir, 'mine');
  for (const words of [
    ['restore', backup],
    ['check'],
    ['account', 'list'],
    ['account', 'create', 'Help desk'],
    ['serve'],
  ]) {
    expect(await runInProcess(words, local), words.join(' ')).toEqual({
      exit: 3,
      out: '',
      err: `letterhead: The data folder ${place.dataDir} cannot be used: a file stands where a folder is needed. Mend that, or set DATA_DIR to another folder.\n`,
    });
  }
  expect(readFileSync(place.dataDir, 'utf8')).toBe('mine');
});

test('the restore command overwrites nothing', async () => {
  await runInProcess(['backup', backup], remote);
  await runInProcess(['account', 'create', 'Help desk'], local);
  const before = readFileSync(join(place.dataDir, 'installation.json'), 'utf8');
  const { exit, err } = await runInProcess(['restore', backup], local);
  expect(exit).toBe(3);
  expect(err).toMatch(/^letterhead: .+ is not empty\. .+\n$/);
  expect(readFileSync(join(place.dataDir, 'installation.json'), 'utf8')).toBe(before);
});

test('the check command works beside the server that holds the folder, and changes nothing', async () => {
  await add('example.org');
  const before = readdirSync(server.dataDir, { recursive: true });
  const environment = { DATA_DIR: server.dataDir };
  expect(await runInProcess(['check'], environment)).toEqual({
    exit: 0,
    out: `${server.dataDir} holds 1 account with 1 domain, and nothing is wrong with it.\n`,
    err: '',
  });
  expect(readdirSync(server.dataDir, { recursive: true })).toEqual(before);
  expect((await add('example.net')).id).toBe(2);
});

test('the check command exits with 1 when something is wrong, and says what', async () => {
  await runInProcess(['account', 'create', 'Help desk'], local);
  await runInProcess(['account', 'create', 'Other desk'], local);
  writeFileSync(join(place.dataDir, 'accounts', '2.json'), '{"format":');
  const { exit, out, err } = await runInProcess(['check'], local);
  expect({ exit, err }).toEqual({ exit: 1, err: '' });
  expect(out).toMatch(/ holds 1 account with 0 domains\. 1 problem:\n\n {2}accounts\/2\.json .+\n$/);
  expect(JSON.parse((await runInProcess(['check', '--json'], local)).out)).toEqual(
    await checkFolder(place.dataDir),
  );
});

test('the check command says in words that a file cannot be read', async () => {
  await runInProcess(['account', 'create', 'Help desk'], local);
  rmSync(join(place.dataDir, 'installation.json'));
  mkdirSync(join(place.dataDir, 'installation.json'));
  writeFileSync(join(place.dataDir, 'secret.key'), 'half of');
  const { exit, out } = await runInProcess(['check'], local);
  expect(exit).toBe(1);
  expect(out).toContain('\n  installation.json cannot be read: a folder stands where a file is needed.\n');
  expect(out).toContain('\n  secret.key is damaged: it should hold 32 bytes');
  expect(await runInProcess(['account', 'list'], local)).toMatchObject({
    exit: 3,
    err: `letterhead: The data folder ${place.dataDir} cannot be used: a folder stands where a file is needed. Mend that, or set DATA_DIR to another folder.\n`,
  });
});

test('the check command has nothing to check where there is no data', async () => {
  expect(await runInProcess(['check'], local)).toMatchObject({ exit: 3, out: '' });
  expect(existsSync(place.dataDir)).toBe(false);
});

/** Proxy that cuts the connection after the first part of a backup. */
async function startCuttingProxy(origin: string): Promise<AsyncDisposable & { url: string }> {
  const proxy = createServer(async ({ url = '', headers: { authorization = '' } }, response) => {
    const answer = await fetch(origin + url, { headers: { authorization } });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    for await (const piece of answer.body ?? []) {
      await new Promise((resolve) => response.write(piece, resolve));
      break;
    }
    response.destroy();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${addressOf(proxy).port}`,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
