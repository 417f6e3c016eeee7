import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { describeApi } from '../../server/rest/openapi.ts';
import { listOperations, type RestOperation } from '../../server/rest/operations.ts';
import { appRouter } from '../../server/router/index.ts';
import type { RestAnswer, RestOptions, TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { sampleInput } from '../security/procedure-definitions.ts';
import { seedWebhook } from '../webhooks/seed-webhook.ts';

const operations = listOperations(appRouter);
const document = JSON.parse(describeApi(operations, '1.2.3'));
const NOBODY = 999_999;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** An account with one of everything that an operation can name. */
async function prepareAccount() {
  const { letterhead } = server;
  const { id: account } = await letterhead.accounts.create.mutate({ name: 'Of one operation' });
  const domain = await letterhead.domains.create.mutate({ account, domain: 'mail.example.org' });
  await letterhead.domains.verifyDns.mutate({ account, id: domain.id });
  const share = await letterhead.shares.create.mutate({ account, id: domain.id });
  const token = await letterhead.tokens.create.mutate({ account, name: 'A', scopes: ['domains:read'] });
  return { account, domain: domain.id, share, token, ...(await seedWebhook(server, account)) };
}

type Prepared = Awaited<ReturnType<typeof prepareAccount>>;

function pathOf({ meta, procedure }: RestOperation, prepared: Prepared): string {
  const { account, domain, share, token, webhook, delivery } = prepared;
  const own: Record<string, number> = { tokens: token.id, webhooks: webhook };
  const ids: Record<string, number> = {
    account,
    share: share.id,
    delivery,
    id: own[procedure.split('.')[0] ?? ''] ?? domain,
  };
  return meta.rest.path.replace(/\{(\w+)\}/g, (_all, name: string) => String(ids[name]));
}

/** Requests that come to as many of the operation's answers as can be had without breaking the server. */
function requestsOf(operation: RestOperation, prepared: Prepared): [path: string, options: RestOptions][] {
  const { meta, input } = operation;
  const path = pathOf(operation, prepared);
  const token = meta.scope === 'share' ? prepared.share.token : server.token;
  const nowhere = path.replace(/\d+/g, String(NOBODY));
  const signed = { headers: 'From: help@mail.example.org', allow_unverified: true };
  const fields = { ...sampleInput(input ?? undefined), ...signed };
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
    [path, { token, ...(meta.rest.method === 'GET' || !operation.takesBody ? {} : { json: fields }) }],
  ];
}

test.each(operations)(
  'every answer of $procedure is one that the OpenAPI document describes: status, type, headers and fields',
  async (operation) => {
    const { method, path } = operation.meta.rest;
    const responses = document.paths[path][method.toLowerCase()].responses;
    const seen = new Set<number>();
    for (const [address, options] of requestsOf(operation, await prepareAccount())) {
      const answer = await server.rest(method, address, options);
      seen.add(answer.status);
      expect([address, options.token, faultsOf(answer, responses)]).toEqual([address, options.token, []]);
    }
    expect([...seen]).toEqual(expect.arrayContaining([401, operation.meta.rest.status]));
  },
);

/** In what an answer differs from what is said of its status. */
function faultsOf(
  { status, headers, text, body }: RestAnswer,
  responses: Record<string, { $ref?: string }>,
): string[] {
  const described = responses[status];
  if (described === undefined) return [`${status} is not described: ${text}`];
  const response = referenced(described);
  const [type] = headers.get('content-type')?.split(';') ?? [];
  const content = response.content?.[type ?? ''];
  const missing = Object.entries<{ required?: boolean }>(response.headers ?? {})
    .filter(([name, { required }]) => required === true && !headers.has(name))
    .map(([name]) => `no header ${name}`);
  if (response.content === undefined)
    return [...missing, ...(text === '' ? [] : ['a body where none is described'])];
  if (content === undefined) return [...missing, `the type ${type} is not described`];
  return [...missing, ...(type === 'application/json' ? problemsOf(body, content.schema) : [])];
}

// biome-ignore lint/suspicious/noExplicitAny: a part of the document, which has another shape at each place.
function referenced(part: { $ref?: string }): any {
  const name = part.$ref?.replace('#/components/responses/', '');
  return name === undefined ? part : document.components.responses[name];
}

/** Against the schema as the document has it, which allows no field beyond those that it names. */
function problemsOf(value: unknown, schema: object): string[] {
  const $defs = document.components.schemas;
  const whole = JSON.stringify({ ...schema, $defs }).replaceAll('#/components/schemas/', '#/$defs/');
  // zod takes a date-time in UTC alone to be one; what times look like has tests of its own.
  const checked = z.fromJSONSchema(JSON.parse(whole.replaceAll('"format":"date-time",', '')));
  return checked.safeParse(value).error?.issues.map(({ path, code }) => `${path.join('.')}: ${code}`) ?? [];
}

test('an answer with a field, a status or a type that the document does not describe is found', () => {
  const { responses } = document.paths['/token'].get;
  const answer = (status: number, body: unknown, type = 'application/json') => ({
    status,
    headers: new Headers({ 'content-type': type, 'www-authenticate': 'Bearer' }),
    text: JSON.stringify(body),
    body,
  });
  const refused = { message: 'No.', code: 'unauthenticated' };
  expect(faultsOf(answer(401, refused), responses)).toEqual([]);
  expect(faultsOf(answer(401, { ...refused, secret: 'x' }), responses)).toEqual([': unrecognized_keys']);
  expect(faultsOf(answer(409, refused), responses)).toEqual([
    expect.stringContaining('409 is not described'),
  ]);
  expect(faultsOf(answer(401, refused, 'text/html'), responses)).toEqual([
    'the type text/html is not described',
  ]);
});
