import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { addressOf, freePort } from '../../bench/free-port.ts';
import { NameServer } from '../dns/name-server.ts';
import type { Workplace } from './letterhead-process.ts';
import { CHECKOUT, makeWorkplace } from './letterhead-process.ts';

const BOOTSTRAP_TOKEN = `lh_${'b'.repeat(43)}`;
const TOKEN = /^ {2}(lh_[A-Za-z0-9_-]{43})$/m;

let place: Workplace;

beforeEach(async () => {
  // Nothing answers there, so no real name server is asked.
  place = await makeWorkplace({ DNS_SERVERS: '127.0.0.1:9' });
});

afterEach(() => place[Symbol.asyncDispose]());

describe('the first start', () => {
  test('the first start prints where it listens, the token, and a curl line that works as it stands', async () => {
    const server = await place.serve();
    const out = await server.greeting();
    expect(out).toContain(`Letterhead listens on ${server.url}\n`);
    const token = TOKEN.exec(out)?.[1];
    expect(token).toBeDefined();
    expect(out).toContain(`\n  ${server.url}/#${token}\n`);

    const curl = /^ {2}(curl .+)$/m.exec(out)?.[1] ?? '';
    expect(curl).toContain(token);
    expect(await runLine(curl)).toMatchObject({ data: { id: 1, account_id: 1, domain: 'example.org' } });
    expect(server.output.err).not.toContain(token);
  });

  test('the link to sign in leads to where browsers reach the console', async () => {
    const server = await place.serve({ PUBLIC_URL: 'https://letterhead.example.org' });
    expect(await server.greeting()).toMatch(/^ {2}https:\/\/letterhead\.example\.org\/#lh_[\w-]{43}$/m);
  });

  test('the second start prints where it listens, and neither the token nor the account', async () => {
    const first = await place.serve();
    const token = TOKEN.exec(await first.greeting())?.[1] ?? '';
    await first.stop();

    const second = await place.serve();
    const answer = await fetch(`${second.url}/api/v1/token`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    expect(await second.stop()).toMatchObject({
      exit: 0,
      out: `Letterhead listens on ${second.url}. Open ${second.url} in a browser.\n`,
    });
  });

  test('the first start takes BOOTSTRAP_TOKEN as the first token, and prints nothing', async () => {
    const server = await place.serve({ BOOTSTRAP_TOKEN });
    const answer = await fetch(`${server.url}/api/v1/token`, {
      headers: { authorization: `Bearer ${BOOTSTRAP_TOKEN}` },
    });
    expect(await answer.json()).toMatchObject({
      data: { account_id: 1, scopes: ['domains:read', 'domains:write', 'domains:sign', 'admin'] },
    });
    const { out, err } = await server.stop();
    expect(out).toBe('');
    expect(err).not.toContain(BOOTSTRAP_TOKEN);
  });

  test('a client that calls until the first start listens is not told that BOOTSTRAP_TOKEN is wrong', async () => {
    const port = await freePort();
    const started = place.serve({ BOOTSTRAP_TOKEN, PORT: String(port) });
    const call = () =>
      fetch(`http://127.0.0.1:${port}/api/v1/token`, {
        headers: { authorization: `Bearer ${BOOTSTRAP_TOKEN}` },
      }).catch(() => null);
    let answer = await call();
    while (answer === null) answer = await call();
    expect(answer.status).toBe(200);
    await started;
  });

  test('the server reads .env in the folder that it is started in, and lets the environment win', async () => {
    await writeFile(join(place.folder, '.env'), `BOOTSTRAP_TOKEN=${BOOTSTRAP_TOKEN}\nDATA_DIR=./elsewhere\n`);
    const server = await place.serve();
    expect((await server.stop()).out).toBe('');
    expect(existsSync(join(place.folder, 'elsewhere'))).toBe(false);
    expect(existsSync(place.dataDir)).toBe(true);
  });

  test('the files that the server makes are private to its own user', async () => {
    await place.serve();
    for (const name of ['.', 'installation.json', 'secret.key', 'lock']) {
      expect((await stat(join(place.dataDir, name))).mode & 0o077, name).toBe(0);
    }
  });
});

describe('the log', () => {
  test('the log is JSON lines on standard error', async () => {
    const server = await place.serve();
    await server.stop();
    const messages = server.log().map(({ msg }) => msg);
    expect(messages).toEqual(expect.arrayContaining(['Letterhead listens', 'Stopping', 'Stopped']));
  });

  test('the server goes on when the reader of its log goes away', async () => {
    const server = await place.serve({ BOOTSTRAP_TOKEN, LOG_LEVEL: 'trace' });
    server.closeLog();
    for (const path of ['/token', '/accounts', '/accounts/1/domains']) {
      const answer = await fetch(`${server.url}/api/v1${path}`, {
        headers: { authorization: `Bearer ${BOOTSTRAP_TOKEN}` },
      });
      expect(answer.status).toBe(200);
    }
    expect((await server.stop()).exit).toBe(0);
  });
});

test.skipIf(process.platform === 'win32')('SIGUSR1 opens no debugger to other users', async () => {
  const server = await place.serve();
  process.kill(server.pid, 'SIGUSR1');
  // Node’s debugger would say where it listens within this time.
  await setTimeout(500);
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  expect(server.output.err).not.toContain('Debugger');
});

describe('a start that cannot be', () => {
  test('a start with a wrong setting says in one line which one it is', async () => {
    const { exit, out, err } = await place.run(['serve'], { PORT: 'http' });
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(/^letterhead: The setting PORT cannot be used: .+\.\n$/);
  });

  test('a start says in one line that .env cannot be read', async () => {
    await mkdir(join(place.folder, '.env'));
    const { exit, out, err } = await place.run(['serve']);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toBe('letterhead: The file .env cannot be read: a folder stands where a file is needed.\n');
  });

  test('a start does not repeat a setting that is a secret', async () => {
    const { err } = await place.run(['serve'], { BOOTSTRAP_TOKEN: 'hunter2' });
    expect(err).not.toContain('hunter2');
  });

  test('a start says that HOST is not an address of this machine', async () => {
    const { exit, err } = await place.run(['serve'], { HOST: '192.0.2.1', PORT: '0' });
    expect(exit).toBe(2);
    expect(err).toMatch(/^letterhead: The setting HOST cannot be used: 192\.0\.2\.1 is no address .+\.\n$/);
  });

  test('a start says that the port is in use', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = addressOf(holder);
    try {
      expect(await place.run(['serve'], { PORT: String(port) })).toMatchObject({
        exit: 3,
        out: '',
        err: `letterhead: Port ${port} of 127.0.0.1 is in use. Stop what listens there, or set PORT to another one.\n`,
      });
    } finally {
      holder.close();
    }
  });

  test('a start says that another server holds the data folder, and which', async () => {
    const server = await place.serve();
    const { exit, out, err } = await place.run(['serve'], { PORT: '0' });
    expect({ exit, out }).toEqual({ exit: 3, out: '' });
    expect(err).toMatch(
      new RegExp(
        `^letterhead: The data folder ${place.dataDir} is in use by process ${server.pid} on .+\\.\\n$`,
      ),
    );
    expect(err).toContain('set DATA_DIR to another folder');
  });

  test('a start with another SECRET_KEY than before says so, and changes nothing', async () => {
    const key = Buffer.alloc(32, 1).toString('base64');
    const server = await place.serve({ SECRET_KEY: key });
    await server.stop();
    const before = await readFile(join(place.dataDir, 'installation.json'), 'utf8');

    const other = Buffer.alloc(32, 2).toString('base64');
    const { exit, err } = await place.run(['serve'], { SECRET_KEY: other });
    expect(exit).toBe(3);
    expect(err).toMatch(/^letterhead: SECRET_KEY is not the key .+\n$/);
    expect(await readFile(join(place.dataDir, 'installation.json'), 'utf8')).toBe(before);
  });

  test('a start says what is wrong with a damaged folder', async () => {
    const server = await place.serve();
    await server.stop();
    await writeFile(join(place.dataDir, 'installation.json'), '{"format"');
    const { exit, err } = await place.run(['serve'], { PORT: '0' });
    expect(exit).toBe(3);
    expect(err).toMatch(/^letterhead: The data folder .+installation\.json.+\n$/);
  });
});

describe('the end', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'the server shuts down in order on %s',
    async (signal) => {
      const server = await place.serve();
      expect((await server.stop(signal)).exit).toBe(0);
      expect(existsSync(join(place.dataDir, 'lock.json'))).toBe(false);
    },
  );

  test('the server shuts down in order on a Ctrl-C that the terminal and npm send both', async () => {
    const server = await place.serve({ BOOTSTRAP_TOKEN });
    // Its body does not end, so that the shutdown waits for it.
    const upload = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      upload.write(
        `POST /api/v1/accounts/1/domains HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${BOOTSTRAP_TOKEN}\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n`,
      ),
    );
    await once(upload, 'data');
    const stopped = server.stop('SIGINT');
    await vi.waitFor(() => expect(server.output.err).toContain('"Stopping"'), { interval: 1 });
    void server.stop('SIGINT');
    await setTimeout(100);
    upload.destroy();
    expect((await stopped).exit).toBe(0);
    expect(existsSync(join(place.dataDir, 'lock.json'))).toBe(false);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s to `npm start` shuts the server down in order',
    async (signal) => {
      const server = await place.serve({}, 'npm', ['--prefix', CHECKOUT, 'start']);
      expect((await server.stop(signal)).exit).toBe(0);
      expect(server.log()).toContainEqual(expect.objectContaining({ msg: 'Stopped' }));
      await expect(fetch(server.url)).rejects.toThrow();
    },
  );

  test('SIGTERM ends a start that does not get anywhere', async () => {
    // A database that lets everybody in, and answers nothing that it is asked.
    const welcome = 'R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I';
    const silent = createServer((socket) => {
      socket.once('data', () => socket.write(welcome)).on('error', () => {});
      socket.on('data', (octets) => silent.emit('asked', octets));
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const child = place.start(['serve'], {
      PORT: '0',
      DATABASE_URL: `postgres://127.0.0.1:${addressOf(silent).port}/letterhead`,
      SECRET_KEY: 'c'.repeat(43),
    });
    await once(silent, 'asked');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
    silent.close();
  });

  test('a check that is under way at the shutdown is answered with 503', async () => {
    await using silent = await NameServer.start();
    silent.fault = 'silent';
    const server = await place.serve({ BOOTSTRAP_TOKEN, DNS_SERVERS: `127.0.0.1:${silent.port}` });
    const headers = { authorization: `Bearer ${BOOTSTRAP_TOKEN}` };
    const domains = `${server.url}/api/v1/accounts/1/domains`;
    await fetch(domains, { method: 'POST', headers, body: new URLSearchParams({ domain: 'example.org' }) });

    const check = fetch(`${domains}/1/verify-dns`, { method: 'POST', headers });
    await vi.waitFor(() => expect(silent.queries).not.toEqual([]));
    const stopped = server.stop();
    const answer = await check;
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
    expect((await stopped).exit).toBe(0);
  });

  test('the shutdown does not wait for connections that are kept open', async () => {
    const server = await place.serve({ BOOTSTRAP_TOKEN });
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${BOOTSTRAP_TOKEN}` };
    const input = encodeURIComponent(JSON.stringify({ json: { account: 1 } }));
    const stream = await fetch(`${server.url}/trpc/events.stream?input=${input}`, {
      headers: { ...headers, accept: 'text/event-stream' },
      signal: abort.signal,
    });
    expect(stream.status).toBe(200);
    expect((await server.stop()).exit).toBe(0);
    abort.abort();
  });
});

/** Runs the printed line in a shell; without curl, sends the same request. */
async function runLine(curl: string): Promise<unknown> {
  try {
    return JSON.parse((await promisify(execFile)('sh', ['-c', `${curl} --silent --show-error`])).stdout);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 127)) throw error;
  }
  const [, url = '', authorization = '', body = ''] =
    /^curl (\S+) -H "Authorization: (.+)" -d (\S+)$/.exec(curl) ?? [];
  return (
    await fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams(body) })
  ).json();
}
