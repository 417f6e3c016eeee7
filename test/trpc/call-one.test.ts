import { beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';

/** tRPC itself answers a request that has this header, and reads it as if it were not there. */
const LEFT_TO_TRPC = { 'trpc-accept': 'application/json' };

const PERHAPS = ['x-request-id', 'date', 'content-length', 'keep-alive', 'connection', 'retry-after'];

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly token?: string;
}

const input = (value: unknown) => encodeURIComponent(JSON.stringify(value));
const json = (value: unknown) => ({ json: value });
const domain = { account: 1, id: 1 };

const requests: [string, Sent][] = [
  ['a query', { path: `domains.get?input=${input(json(domain))}` }],
  ['a query in a batch of one', { path: `domains.get?batch=1&input=${input({ 0: json(domain) })}` }],
  ['a list', { path: `domains.list?input=${input(json({ account: 1 }))}` }],
  ['a query without input', { path: 'tokens.current' }],
  ['a query without input, in a batch of one', { path: 'tokens.current?batch=1' }],
  ['an input that is none', { path: 'domains.get?input=null' }],
  ['half an input', { path: 'domains.get?input=%7B' }],
  ['half an input of a batch', { path: 'domains.get?batch=1&input=%7B' }],
  ['a batch’s input that is no object', { path: 'domains.get?batch=1&input=1' }],
  ['a batch’s input that is a list', { path: `domains.get?batch=1&input=${input([json(domain)])}` }],
  ['an input that is not superjson’s', { path: `domains.get?input=${input(domain)}` }],
  ['an input that breaks a rule', { path: `domains.get?input=${input(json({ account: 1, id: 'x' }))}` }],
  ['an empty input', { path: 'domains.get?input=' }],
  ['two inputs', { path: `domains.get?input=${input(json(domain))}&input=x` }],
  ['what is not there', { path: `domains.get?input=${input(json({ account: 1, id: 99 }))}` }],
  ['an account that is not there', { path: `domains.get?input=${input(json({ account: 99, id: 1 }))}` }],
  ['a query by POST', { method: 'POST', path: 'domains.get', body: JSON.stringify(json(domain)) }],
  ['a mutation by GET', { path: `domains.delete?input=${input(json(domain))}` }],
  ['no such procedure', { path: 'domains.lose' }],
  ['no token of ours', { path: 'tokens.current', token: `lh_${'A'.repeat(43)}` }],
  [
    'a mutation that changes nothing',
    {
      method: 'POST',
      path: 'domains.update',
      body: JSON.stringify(json({ ...domain, domain: 'mail.example.org' })),
    },
  ],
  [
    'a mutation that is refused, in a batch of one',
    {
      method: 'POST',
      path: 'domains.create?batch=1',
      body: JSON.stringify({ 0: json({ account: 1, domain: 'mail.example.org' }) }),
    },
  ],
  ['a mutation with half a body', { method: 'POST', path: 'domains.create', body: '{' }],
  ['a mutation without a body', { method: 'POST', path: 'domains.create' }],
  [
    'a mutation that answers nothing',
    { method: 'POST', path: 'tokens.revoke', body: JSON.stringify(json({ account: 1, id: 99 })) },
  ],
];

let server: TestServer;
beforeAll(async () => {
  // Both requests have to fall into the same second.
  const now = new Date();
  server = await startTestServer({ clock: () => now });
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
  return () => server[Symbol.asyncDispose]();
});

async function send(sent: Sent, headers: Record<string, string>) {
  const response = await fetch(`${server.url}/trpc/${sent.path}`, {
    method: sent.method ?? 'GET',
    headers: {
      authorization: `Bearer ${sent.token ?? server.token}`,
      ...(sent.method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(sent.body === undefined ? {} : { body: sent.body }),
  });
  const shown = [...response.headers].filter(([name]) => !PERHAPS.includes(name));
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(shown), body: JSON.parse(text) };
}

test.each(requests)('%s is answered as tRPC itself answers it', async (_what, sent) => {
  expect(await send(sent, {})).toEqual(await send(sent, LEFT_TO_TRPC));
});
