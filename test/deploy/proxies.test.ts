import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { createLetterhead } from '@letterhead/client';
import { afterAll, expect, test, vi } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { Engine } from '../engines/engine.ts';
import { startTestServer } from '../running-server.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const folder = mkdtempSync(join(tmpdir(), 'letterhead-deploy-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a proxy with the configuration in `deploy/` before a server; resolves to its address. */
type StartProxy = (upstream: URL) => Promise<{ readonly engine: Engine; readonly url: string }>;

const startCaddy: StartProxy = async ({ host }) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, `{\n\tadmin off\n}\n${readFileSync(join(DEPLOY, 'Caddyfile'), 'utf8')}`);
  const config = ['--config', file, '--adapter', 'caddyfile'];
  const settings = { SITE: url, UPSTREAMS: host, HOME: folder };
  execFileSync('caddy', ['validate', ...config], { env: { ...process.env, ...settings }, stdio: 'pipe' });
  const assignments = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return { engine: new Engine('env', [...assignments, 'caddy', 'run', ...config]), url };
};

const startNginx: StartProxy = async ({ host }) => {
  const [port, redirectPort] = [await freePort(), await freePort()];
  makeCertificate();
  const site = readFileSync(join(DEPLOY, 'nginx.conf'), 'utf8')
    .replace('listen 80;', `listen 127.0.0.1:${redirectPort};`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('127.0.0.1:3000', host)
    .replaceAll('/etc/letsencrypt/live/letterhead.example.org', folder);
  const file = join(folder, 'nginx.conf');
  const logs = `error_log stderr; pid ${folder}/nginx.pid;`;
  writeFileSync(file, `daemon off; ${logs} events {} http { access_log off; ${site} }`);
  execFileSync('nginx', ['-t', '-c', file], { stdio: 'pipe' });
  return { engine: new Engine('nginx', ['-c', file]), url: `https://127.0.0.1:${port}` };
};

function makeCertificate(): void {
  const files = ['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')];
  const subject = ['-subj', '/CN=letterhead.example.org', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], {
    stdio: 'pipe',
  });
  setDefaultCACertificates([readFileSync(join(folder, 'fullchain.pem'), 'utf8')]);
}

test.each([
  ['Caddy', startCaddy],
  ['nginx', startNginx],
])(
  'behind %s, the console, events and mail arrive, closed streams end, and a client cannot claim another address',
  async (_, start) => {
    await using server = await startTestServer({ environment: { TRUST_PROXY: '127.0.0.1' } });
    const { engine, url } = await start(new URL(server.url));
    await using _engine = engine;
    await engine.until('Waited for the proxy', () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    expect((await fetch(url)).headers.get('content-type')).toContain('text/html');

    const letterhead = createLetterhead({ url, token: server.token });
    const kinds: string[] = [];
    const subscription = letterhead.events.stream.subscribe(
      { account: 1 },
      { onData: ({ data }) => kinds.push(data.kind) },
    );
    using _stream = { [Symbol.dispose]: () => subscription.unsubscribe() };
    await vi.waitFor(() => expect(kinds).toEqual(['listening']));
    const created = await fetch(`${url}/api/v1/accounts/1/domains`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'x-forwarded-for': '192.0.2.66' },
      body: new URLSearchParams({ domain: 'example.org' }),
    });
    expect(created.status).toBe(201);
    await vi.waitFor(() => expect(kinds).toEqual(['listening', 'event']));
    const proved = await fetch(`${url}/api/v1/accounts/1/domains/1/proof`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'message/rfc822' },
      body: `From: a@example.org\r\n\r\n${'x'.repeat(2 * 1024 ** 2)}\r\n`,
    });
    expect(proved.status).toBe(200);
    const { body } = await server.rest('GET', '/accounts/1/events');
    expect(body.data.at(-1)).toMatchObject({ type: 'domain.created', actor: { address: '127.0.0.1' } });
  },
);
