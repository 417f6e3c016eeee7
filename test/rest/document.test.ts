import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DescribedOperation } from '../../server/rest/operations.ts';
import { LoopbackPrimary } from '../key-zone/loopback-primary.ts';
import { type MailServer, startMailServer } from '../notices/mail-server.ts';
import type { RestOptions, TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { PreparedAccount } from './described-operations.ts';
import {
  DESCRIBED_OPERATIONS,
  needsKeyZone,
  pathOf,
  prepareAccount,
  validRequest,
} from './described-operations.ts';
import { ERROR_SCHEMA, OpenApiDocument } from './openapi-document.ts';

const NOBODY = 999_999;
const PATIENT = { timeout: 10_000, interval: 10 };
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

let mail: MailServer;
let server: TestServer;
let zone: LoopbackPrimary;
let withKeyZone: TestServer;
let document: OpenApiDocument;
beforeAll(async () => {
  mail = await startMailServer();
  server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0', ...mail.environment } });
  zone = await LoopbackPrimary.start();
  withKeyZone = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0', ...zone.settings } });
  document = await OpenApiDocument.of(server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
  await withKeyZone[Symbol.asyncDispose]();
  await zone[Symbol.asyncDispose]();
});

/** Requests that come to as many of the operation's answers as can be had without breaking the server. */
function requestsOf(
  operation: DescribedOperation,
  prepared: PreparedAccount,
  asked: TestServer,
): [path: string, options: RestOptions][] {
  const { meta } = operation;
  const path = pathOf(operation, prepared);
  const { token = asked.token } = validRequest(operation, prepared);
  const nowhere = path.replace(/\d+/g, String(NOBODY));
  const withBody: [string, RestOptions][] = [
    [path, { token, body: '{', headers: { 'content-type': 'application/json' } }],
    [path, { token, body: 'text', headers: { 'content-type': 'text/plain' } }],
    [path, { token, json: { text: 'x'.repeat(70_000) } }],
    [
      path,
      { token, json: { name: 5, domain: 5, expires_at: 'never', scopes: 'all', headers: 5, confirm: 'x' } },
    ],
  ];
  return [
    [path, { token: null }],
    [path, { token: `lh_${'x'.repeat(43)}` }],
    [path, { token: prepared.token.token }],
    [path, { token: prepared.share.token }],
    [nowhere, { token }],
    [`${path}?${'a=1&'.repeat(101)}`, { token }],
    [`${path}?limit=0&after=-1&without_key=maybe`, { token }],
    ...(meta.rest.method === 'GET' ? [] : withBody),
    [path, validRequest(operation, prepared)],
  ];
}

test.each(DESCRIBED_OPERATIONS)(
  'every answer of $procedure is one that the OpenAPI document describes: status, type, headers and fields',
  async (operation) => {
    const { method, status } = operation.meta.rest;
    const seen = new Set<number>();
    const asked = needsKeyZone(operation) ? withKeyZone : server;
    for (const [address, options] of requestsOf(operation, await prepareAccount(asked), asked)) {
      const answer = await asked.rest(method, address, options);
      seen.add(answer.status);
      const faults = document.faultsOf(operation, answer);
      expect([address, options.token, faults]).toEqual([address, options.token, []]);
    }
    // A database makes backups of its own.
    const hasBackup = process.env['TEST_STORE'] !== 'postgres';
    const succeeds = hasBackup || operation.procedure !== 'installation.backup';
    expect([...seen]).toEqual(expect.arrayContaining([401, succeeds ? status : 503]));
  },
);

test.each(DESCRIBED_OPERATIONS)(
  'the OpenAPI document gives a whole example of each answer of $procedure, as its schema describes it',
  (operation) => {
    expect(document.faultsOfExamples(operation)).toEqual([]);
  },
);

test('a path of the OpenAPI document refuses every method that it does not have there, and names those that it has', async () => {
  const prepared = await prepareAccount(server);
  const operationAt = (path: string) => DESCRIBED_OPERATIONS.find(({ meta }) => meta.rest.path === path);
  for (const [path, methods] of document.paths()) {
    const operation = operationAt(path);
    if (operation === undefined) throw new Error(`No operation is at ${path}.`);
    // A HEAD would make a backup for nothing.
    const isReadable = methods.includes('GET') && operation.procedure !== 'installation.backup';
    const taken = isReadable ? [...methods, 'HEAD'] : methods;
    for (const method of METHODS.filter((each) => !taken.includes(each))) {
      const { status, headers, body } = await server.rest(method, pathOf(operation, prepared));
      const allowed = headers.get('allow')?.split(', ').sort();
      expect([method, path, status, allowed]).toEqual([method, path, 405, taken.toSorted()]);
      expect(method === 'HEAD' ? [] : document.problemsOf(body, ERROR_SCHEMA)).toEqual([]);
    }
  }
});

test('every operation refuses a caller over its limit as the OpenAPI document describes it', async () => {
  const now = new Date();
  await using limited = await startTestServer({
    environment: { RATE_LIMIT_PER_MINUTE: '20', SIGN_LIMIT_PER_MINUTE: '1' },
    clock: () => now,
  });
  const prepared = await prepareAccount(limited);
  const [sign] = DESCRIBED_OPERATIONS.filter(({ procedure }) => procedure === 'signing.sign');
  if (sign === undefined) throw new Error('Mail can be signed over REST.');
  await limited.rest('POST', pathOf(sign, prepared), validRequest(sign, prepared));
  const statusAt = async (path: string, token: string) => (await limited.rest('GET', path, { token })).status;
  await expect.poll(() => statusAt('/token', limited.token), PATIENT).toBe(429);
  await expect.poll(() => statusAt('/share', prepared.share.token), PATIENT).toBe(429);
  await expectEach(limited, prepared, 429);
});

test('every operation refuses as the OpenAPI document describes it while the server is overloaded', async () => {
  await using busy = await startTestServer({ bounds: { maxWaiting: 0 } });
  const share = { id: 1, token: busy.token };
  await expectEach(busy, { account: 1, domain: 1, share, token: share, webhook: 1, delivery: 1 }, 503);
});

/** Sends every operation's request, which must be refused with this status. */
async function expectEach({ rest }: TestServer, prepared: PreparedAccount, status: number): Promise<void> {
  for (const operation of DESCRIBED_OPERATIONS) {
    const { method } = operation.meta.rest;
    const answer = await rest(method, pathOf(operation, prepared), validRequest(operation, prepared));
    const faults = document.faultsOf(operation, answer);
    expect([operation.procedure, answer.status, faults]).toEqual([operation.procedure, status, []]);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  }
}

test('an answer with a field, a status or a type that the document does not describe is found', () => {
  const operation = DESCRIBED_OPERATIONS.find(({ procedure }) => procedure === 'tokens.current');
  if (operation === undefined) throw new Error('The token that calls can be read.');
  const faultsOf = (status: number, body: unknown, type = 'application/json') =>
    document.faultsOf(operation, {
      status,
      headers: new Headers({ 'content-type': type, 'www-authenticate': 'Bearer' }),
      text: JSON.stringify(body),
      body,
    });
  const refused = { message: 'No.', code: 'unauthenticated' };
  expect(faultsOf(401, refused)).toEqual([]);
  expect(faultsOf(401, { ...refused, secret: 'x' })).toEqual([': unrecognized_keys']);
  expect(faultsOf(409, refused)).toEqual([expect.stringContaining('409 is not described')]);
  expect(faultsOf(401, refused, 'text/html')).toEqual(['the type text/html is not described']);
  expect(faultsOf(429, { message: 'No.', code: 'rate_limited' })).toEqual(['no header Retry-After']);
});
