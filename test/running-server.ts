import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import type { Scope } from '@letterhead/shared';
import { pino } from 'pino';
import type { HttpLimits } from '../server/limits.ts';
import type { RunningServer, ServerDeps } from '../server/running-server.ts';
import { startServer } from '../server/running-server.ts';
import { parseSettings } from '../server/settings.ts';
import type { LoopbackDns } from './dns/loopback-dns.ts';
import { startLoopbackDns } from './dns/loopback-dns.ts';
import { KEYS_FILE, keysFromFile } from './keys-file.ts';
import { LeakWatch } from './security/leak-watch.ts';
import { createTestStore, type TestStore } from './test-store.ts';

/** A real server on a free port, with its own data folder and DNS servers. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Account 1's first token, with every scope. */
  readonly token: string;
  readonly letterhead: Letterhead;
  readonly dns: LoopbackDns;
  readonly dataDir: string;
  /** The server's log, in JSON lines. */
  readonly log: readonly string[];
  /** Sends a request to the REST API; `path` begins below `/api/v1`. */
  rest(method: string, path: string, options?: RestOptions): Promise<RestAnswer>;
  /** Creates a token of account 1, or of another. */
  makeToken(scopes: Scope[], account?: number): Promise<string>;
  /** Stops the server and starts another on the same folder, which then cleans up; `meanwhile` runs in between. */
  restart(meanwhile?: () => Promise<void>): Promise<TestServer>;
}

export interface RestOptions {
  /** Account 1's first token by default; null for none. */
  readonly token?: string | null;
  /** Sent as a form, as `curl -d` does. */
  readonly form?: string;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, looked at by tests as they need. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where it is another.
  readonly body: any;
}

type Environment = Readonly<Record<string, string>>;

export interface TestServerOptions {
  /** Settings; a function may start what they name, and is called once. */
  readonly environment?: Environment | ((dns: LoopbackDns) => Promise<Environment>);
  readonly clock?: () => Date;
  readonly dns?: Parameters<typeof startLoopbackDns>[0];
  readonly bounds?: Partial<HttpLimits>;
}

type StartOptions = TestServerOptions & { readonly environment: Environment };

/**
 * Starts a server for `await using`; disposing of it removes everything. Disposal fails if a private key or a token was
 * in any answer, in the log or in a file.
 */
export async function startTestServer(given: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'letterhead-'));
  const dns = await startLoopbackDns(given.dns);
  const store = await createTestStore();
  const environment = await (typeof given.environment === 'function'
    ? given.environment(dns)
    : given.environment);
  const options = { ...given, environment: environment ?? {} };
  const server = await start(dataDir, dns, store, options);
  const token = server.running.firstStart?.secret;
  if (token == null) throw new Error('The first start printed no token.');
  return makeTestServer({ ...server, dataDir, dns, store, token, options });
}

interface Started {
  readonly running: RunningServer;
  readonly log: string[];
  readonly leaks: LeakWatch;
}

async function start(
  dataDir: string,
  dns: LoopbackDns,
  store: TestStore,
  options: StartOptions,
): Promise<Started> {
  const log: string[] = [];
  const leaks = new LeakWatch();
  const deps: ServerDeps = {
    settings: parseSettings({
      PORT: '0',
      DATA_DIR: dataDir,
      DNS_SERVERS: `127.0.0.1:${dns.port}`,
      DNS_ALLOW_PRIVATE: 'true',
      DNS_AUTHORITY_PORT: String(dns.port),
      ...store.environment,
      ...options.environment,
    }),
    log: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
    keys: await keysFromFile(KEYS_FILE, () => {}),
    clock: options.clock ?? (() => new Date()),
    bounds: options.bounds ?? {},
  };
  const running = await leaks.during(() => startServer(deps));
  return { running, log, leaks };
}

function makeTestServer(
  from: Started & {
    dataDir: string;
    dns: LoopbackDns;
    store: TestStore;
    token: string;
    options: StartOptions;
  },
): TestServer {
  const { running, log, leaks, dataDir, dns, store, token } = from;
  const letterhead = createLetterhead({ url: running.url, token });
  let isRestarted = false;
  return {
    url: running.url,
    token,
    letterhead,
    dns,
    dataDir,
    log,
    rest: (method, path, options) => sendRest(running.url, token, method, path, options),
    async makeToken(scopes, account = 1) {
      return (await letterhead.tokens.create.mutate({ account, name: scopes.join(), scopes })).token;
    },
    async restart(meanwhile) {
      isRestarted = true;
      await running.stop();
      await leaks.finish(log, dataDir, await store.dump());
      await meanwhile?.();
      return makeTestServer({ ...from, ...(await start(dataDir, dns, store, from.options)) });
    },
    async [Symbol.asyncDispose]() {
      if (isRestarted) return;
      await running.stop();
      await dns[Symbol.asyncDispose]();
      try {
        await leaks.finish(log, dataDir, await store.dump());
      } finally {
        await store[Symbol.asyncDispose]();
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  };
}

async function sendRest(
  url: string,
  ownToken: string,
  method: string,
  path: string,
  { token = ownToken, form, json, headers, body }: RestOptions = {},
): Promise<RestAnswer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: form ?? body ?? (json === undefined ? null : JSON.stringify(json)),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}
