import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { addressOf, freePort } from '../../bench/free-port.ts';
import { useOwnFolder } from './own-folder.ts';
import { runInProcess } from './run-in-process.ts';

const TOKEN = `lh_${'a'.repeat(43)}`;

const own = useOwnFolder();

test('the CLI never falls back from a server to the folder', async () => {
  for (const half of [{ LETTERHEAD_URL: 'http://127.0.0.1:3000' }, { LETTERHEAD_TOKEN: TOKEN }]) {
    expect(await runInProcess(['account', 'create', 'x'], { ...own.environment, ...half })).toEqual({
      exit: 2,
      out: '',
      err: 'letterhead: Set both LETTERHEAD_URL and LETTERHEAD_TOKEN, or neither to open the data folder.\n',
    });
  }
  expect(readdirSync(own.folder)).toEqual([]);
});

test('an empty server setting counts as unset', async () => {
  const unset = { ...own.environment, LETTERHEAD_URL: '', LETTERHEAD_TOKEN: ' ' };
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
  await using plain = await serveOther(() => {});
  const url = `https://127.0.0.1:${plain.port}`;
  const { exit, err } = await runInProcess(['domain', 'list'], {
    LETTERHEAD_URL: url,
    LETTERHEAD_TOKEN: TOKEN,
  });
  expect(exit).toBe(3);
  expect(err).toContain(`answers at ${url}: it does not use TLS, so its address begins with http://.`);
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
    await using other = await serveOther((_request, response) => response.writeHead(status).end(body));
    const url = `http://127.0.0.1:${other.port}`;
    for (const words of [
      ['domain', 'list'],
      ['domain', 'list', '--account', '1', '--json'],
    ]) {
      const { exit, out, err } = await runInProcess(words, { LETTERHEAD_URL: url, LETTERHEAD_TOKEN: TOKEN });
      expect({ exit, out }).toEqual({ exit: 3, out: '' });
      expect(err).toContain(`No Letterhead server answers at ${url}: something else answers there.`);
    }
  },
);

/** What may stand where LETTERHEAD_URL points. */
async function serveOther(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: addressOf(server).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
