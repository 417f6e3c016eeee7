import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewWebhook } from '@letterhead/shared';
import { Webhook as SvixWebhook } from 'svix';
import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';
import { answerWith, type Receiver, startReceiver, verify } from './receiver.ts';

/** A machine may have much else to do. */
const PATIENT = { interval: 20, timeout: 10_000 };
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

async function startWithClock() {
  const clock = { now: Date.now() };
  const server = await startTestServer({
    environment: { WEBHOOK_ALLOW_PRIVATE: 'true' },
    clock: () => new Date(clock.now),
  });
  return { clock, server };
}

async function addWebhook(
  server: TestServer,
  receiver: Receiver,
  input: Record<string, unknown> = {},
): Promise<NewWebhook> {
  const { status, body } = await server.rest('POST', '/accounts/1/webhooks', {
    json: { url: receiver.url, ...input },
  });
  expect(status).toBe(201);
  return body.data;
}

function addDomain(server: TestServer, domain: string, account = 1) {
  return server.letterhead.domains.create.mutate({ account, domain });
}

async function deliveries(server: TestServer, webhook: NewWebhook) {
  return (await server.rest('GET', `/accounts/1/webhooks/${webhook.id}/deliveries`)).body.data;
}

/** Resolves once so many attempts have ended: the next one is planned by then. */
function untilEnded(server: TestServer, webhook: NewWebhook, count: number) {
  return expect.poll(() => deliveries(server, webhook), PATIENT).toHaveLength(count);
}

test('an event arrives with its domain and diagnosis, signed as standardwebhooks and svix verify it', async () => {
  await using receiver = await startReceiver();
  const { server, clock } = await startWithClock();
  await using _ = server;
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  expect(webhook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const domain = await addDomain(server, 'example.org');
  const [received] = await receiver.until(1);
  if (received === undefined) throw new Error('Nothing arrived.');
  const event = (await server.rest('GET', '/accounts/1/events')).body.data.at(-1);
  const rest = (await server.rest('GET', `/accounts/1/domains/${domain.id}`)).body.data;
  expect(received.payload).toMatchObject({
    type: 'domain.created',
    timestamp: event.at,
    data: { event, domain: rest, diagnosis: { status: 'pending' } },
  });
  expect(received.id).toBe(`evt_1_${event.id}`);
  expect(received.headers['webhook-timestamp']).toBe(String(Math.floor(clock.now / 1000)));
  expect(verify(webhook.secret, received)).toEqual(received.payload);
  const headers = Object.fromEntries(Object.entries(received.headers).map(([k, v]) => [k, String(v)]));
  new SvixWebhook(webhook.secret).verify(received.body, headers);
  expect(() => new SvixWebhook(`whsec_${'A'.repeat(43)}=`).verify(received.body, headers)).toThrow();
  expect(() => verify(`whsec_${'A'.repeat(43)}=`, received)).toThrow();
});

test('events arrive one at a time and in order, and one that is refused holds up those behind it', async () => {
  await using receiver = await startReceiver();
  const { server, clock } = await startWithClock();
  await using _ = server;
  let refusals = 2;
  receiver.answer = (response, _request, { payload }) => {
    const isRefused = payload.data.domain?.domain === 'd3.example' && refusals-- > 0;
    response.writeHead(isRefused ? 500 : 200).end('said');
  };
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  for (let at = 0; at < 10; at++) await addDomain(server, `d${at}.example`);
  await untilEnded(server, webhook, 4);
  expect((await deliveries(server, webhook))[0]).toMatchObject({
    status: 500,
    delivered: false,
    error: 'It answered 500.',
    answer: 'said',
    domain: { name: 'd3.example' },
    trigger: 'event',
  });
  clock.now += 7 * SECOND;
  await untilEnded(server, webhook, 5);
  clock.now += 302 * SECOND;
  await receiver.until(12);
  const names = receiver.received.map(({ payload }) => payload.data.event.domain.name);
  expect(names).toEqual([0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9].map((at) => `d${at}.example`));
  expect(new Set(receiver.received.slice(3, 6).map(({ id }) => id)).size).toBe(1);
  expect(receiver.mostAtOnce).toBe(1);
});

test('an endpoint gets only the events and the domains that it asks for', async () => {
  await using receiver = await startReceiver();
  const { server } = await startWithClock();
  await using _ = server;
  const first = await addDomain(server, 'a.example');
  const second = await addDomain(server, 'b.example');
  await addWebhook(server, receiver, { events: ['domain.renamed'], domains: [second.id] });
  const { letterhead } = server;
  for (const { id } of [first, second])
    await letterhead.domains.update.mutate({ account: 1, id, domain: `renamed-${id}.example` });
  await letterhead.domains.delete.mutate({ account: 1, id: second.id });
  await addWebhook(server, receiver, { events: ['domain.deleted', 'domain.created'] });
  const third = await addDomain(server, 'c.example');
  await letterhead.domains.delete.mutate({ account: 1, id: third.id });
  await receiver.until(3);
  const seen = receiver.received.map(({ payload }) => [payload.type, payload.data.event.domain.id]);
  const isRename = ([type]: unknown[]) => type === 'domain.renamed';
  expect(seen.filter(isRename)).toEqual([['domain.renamed', second.id]]);
  expect(seen.filter((one) => !isRename(one))).toEqual([
    ['domain.created', third.id],
    ['domain.deleted', third.id],
  ]);
});

test('an endpoint for a domain that there is not is refused, and one keeps the domains that it had', async () => {
  await using server = await startTestServer();
  const other = await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const theirs = await addDomain(server, 'a.example', other.id);
  const { id } = await addDomain(server, 'a.example');
  const path = '/accounts/1/webhooks';
  const url = 'https://hooks.example.org/';
  const refused = async (method: string, at: string, domains: number[]) => {
    const { status, body } = await server.rest(method, at, { json: { url, domains } });
    return [status, body.code, body.errors?.domains];
  };
  const told = (which: string) => [422, 'invalid', [`Account 1 has no ${which}: give ids of its domains.`]];
  expect(await refused('POST', path, [id, 999])).toEqual(told('domain 999'));
  expect(await refused('POST', path, [theirs.id, 999])).toEqual(told(`domains ${theirs.id}, 999`));
  const { body } = await server.rest('POST', path, { json: { url, domains: [id] } });
  await server.letterhead.domains.delete.mutate({ account: 1, id });
  expect(await refused('PATCH', `${path}/${body.data.id}`, [id, 999])).toEqual(told('domain 999'));
  const kept = await server.rest('PATCH', `${path}/${body.data.id}`, { json: { domains: [id] } });
  expect(kept.body.data?.domains).toEqual([id]);
});

test('after every attempt has failed, the endpoint is disabled with an event, and enabled it goes on from there', async () => {
  await using receiver = await startReceiver();
  const { server, clock } = await startWithClock();
  await using _ = server;
  receiver.answer = answerWith(503);
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  await addDomain(server, 'a.example');
  await untilEnded(server, webhook, 1);
  const waits = [5 * SECOND, 300 * SECOND, HOUR / 2, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR)];
  for (const [at, wait] of waits.entries()) {
    clock.now += wait + 2 * SECOND;
    await untilEnded(server, webhook, at + 2);
  }
  const path = `/accounts/1/webhooks/${webhook.id}`;
  const read = async () => (await server.rest('GET', path)).body.data;
  await expect.poll(read, PATIENT).toMatchObject({ enabled: false, disabled_reason: 'failed' });
  await addDomain(server, 'b.example');
  const events = (await server.rest('GET', '/accounts/1/events')).body.data;
  expect(events.at(-2)).toMatchObject({
    type: 'webhook.disabled',
    actor: { kind: 'monitor' },
    changes: { webhook_id: webhook.id, host: `127.0.0.1:${receiver.port}`, reason: 'failed' },
  });
  receiver.answer = answerWith(200);
  const enabled = await server.rest('PATCH', path, { json: { enabled: true } });
  expect(enabled.body.data).toMatchObject({ enabled: true, disabled_reason: null });
  await receiver.until(12);
  const names = receiver.received.slice(10).map(({ payload }) => payload.data.event.domain.name);
  expect(names).toEqual(['a.example', 'b.example']);
});

test('the metrics count deliveries by outcome and disabled endpoints, and say how long the oldest event has waited', async () => {
  await using receiver = await startReceiver();
  const { server, clock } = await startWithClock();
  await using _ = server;
  const read = async () => {
    const headers = { authorization: `Bearer ${server.token}` };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    return Object.fromEntries(
      [...text.matchAll(/^letterhead_(webhook\w*(?:\{.*\})?) (\S+)$/gm)].map(([, name, value]) => [
        name,
        Number(value),
      ]),
    );
  };
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  await addDomain(server, 'a.example');
  await expect
    .poll(read, PATIENT)
    .toMatchObject({ 'webhook_deliveries_total{outcome="delivered"}': 1, webhook_lag_seconds: 0 });
  receiver.answer = answerWith(503);
  await addDomain(server, 'b.example');
  await untilEnded(server, webhook, 2);
  clock.now += HOUR / 2;
  await untilEnded(server, webhook, 3);
  const behind = await read();
  expect(behind).toMatchObject({ 'webhook_deliveries_total{outcome="failed"}': 2, webhooks_disabled: 0 });
  expect(behind['webhook_lag_seconds']).toBeCloseTo(HOUR / 2 / SECOND, -1);
  await server.rest('PATCH', `/accounts/1/webhooks/${webhook.id}`, { json: { enabled: false } });
  expect(await read()).toMatchObject({ webhooks_disabled: 1, webhook_lag_seconds: 0 });
});

test('an endpoint that answers 410 is disabled at once, and skip_backlog goes on from now', async () => {
  await using receiver = await startReceiver();
  const { server } = await startWithClock();
  await using _ = server;
  receiver.answer = answerWith(410);
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  await addDomain(server, 'a.example');
  const path = `/accounts/1/webhooks/${webhook.id}`;
  const read = async () => (await server.rest('GET', path)).body.data;
  await expect.poll(read, PATIENT).toMatchObject({ enabled: false, disabled_reason: 'gone' });
  receiver.answer = answerWith(200);
  await server.rest('PATCH', path, { json: { enabled: true, skip_backlog: true } });
  await addDomain(server, 'b.example');
  await receiver.until(2);
  expect(receiver.received.map(({ payload }) => payload.data.event.domain.name)).toEqual([
    'a.example',
    'b.example',
  ]);
});

test('skip_backlog lets an endpoint that fails go on from now, though nobody has disabled it', async () => {
  await using receiver = await startReceiver();
  const { server } = await startWithClock();
  await using _ = server;
  receiver.answer = answerWith(500);
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  await addDomain(server, 'a.example');
  await receiver.until(1);
  const path = `/accounts/1/webhooks/${webhook.id}`;
  const read = async () => (await server.rest('GET', `${path}/deliveries`)).body.data.length;
  await expect.poll(read, PATIENT).toBe(1);
  receiver.answer = answerWith(200);
  await server.rest('PATCH', path, { json: { enabled: true, skip_backlog: true } });
  await addDomain(server, 'b.example');
  await receiver.until(2);
  expect(receiver.received[1]?.payload.data.event.domain.name).toBe('b.example');
});

test('a backlog that was skipped stays skipped after a kill that kept the webhook and not its cursor', async () => {
  await using receiver = await startReceiver();
  const { server: first } = await startWithClock();
  await using _ = first;
  receiver.answer = answerWith(410);
  const webhook = await addWebhook(first, receiver, { events: ['domain.created'] });
  await addDomain(first, 'a.example');
  const isEnabled = async () =>
    (await first.rest('GET', `/accounts/1/webhooks/${webhook.id}`)).body.data.enabled;
  await expect.poll(isEnabled, PATIENT).toBe(false);
  const cursors = join(first.dataDir, 'cursors.json');
  const read = () => readFile(cursors, 'utf8').catch(() => '');
  await expect.poll(read, PATIENT).toContain('"webhook"');
  const before = await read();
  receiver.answer = answerWith(200);
  const change = { enabled: true, skip_backlog: true };
  await first.rest('PATCH', `/accounts/1/webhooks/${webhook.id}`, { json: change });
  await using server = await first.restart(() => writeFile(cursors, before));
  await addDomain(server, 'b.example');
  await receiver.until(2);
  expect(receiver.received[1]?.payload.data.event.domain.name).toBe('b.example');
});

test('Retry-After makes the wait longer, in seconds or as a date', async () => {
  await using receiver = await startReceiver();
  const { server, clock } = await startWithClock();
  await using _ = server;
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  receiver.answer = answerWith(429, { 'retry-after': '3600' });
  await addDomain(server, 'a.example');
  await untilEnded(server, webhook, 1);
  clock.now += HOUR - 10 * SECOND;
  receiver.answer = (response) =>
    response.writeHead(503, { 'retry-after': new Date(clock.now + 2 * HOUR).toUTCString() }).end();
  // A change for a second endpoint shows that the dispatcher has looked meanwhile.
  await using other = await startReceiver();
  await addWebhook(server, other, { events: ['domain.created'] });
  await addDomain(server, 'b.example');
  await other.until(1);
  expect(receiver.received).toHaveLength(1);
  clock.now += 12 * SECOND;
  await untilEnded(server, webhook, 2);
  clock.now += HOUR;
  await addDomain(server, 'c.example');
  await other.until(2);
  expect(receiver.received).toHaveLength(2);
  receiver.answer = answerWith(204);
  clock.now += HOUR + 2 * SECOND;
  await receiver.until(5);
});

test('a changed secret and the one before sign for a day, then the new one alone', async () => {
  await using receiver = await startReceiver();
  const { server, clock } = await startWithClock();
  await using _ = server;
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  const { body } = await server.rest('POST', `/accounts/1/webhooks/${webhook.id}/secret`);
  expect(body.data.secret).not.toBe(webhook.secret);
  clock.now += 60 * SECOND;
  await addDomain(server, 'a.example');
  const [first] = await receiver.until(1);
  expect(first?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  clock.now += 24 * HOUR;
  await addDomain(server, 'b.example');
  const [, second] = await receiver.until(2);
  expect(second?.headers['webhook-signature']).toMatch(/^v1,\S+$/);
  const { secret: _secret, ...shown } = body.data;
  expect((await server.rest('GET', '/accounts/1/webhooks')).body.data).toEqual([shown]);
});

test('a test arrives at once and outside the order, and an event is sent again as it was', async () => {
  await using receiver = await startReceiver();
  const { server } = await startWithClock();
  await using _ = server;
  const webhook = await addWebhook(server, receiver, { events: ['domain.created'] });
  const path = `/accounts/1/webhooks/${webhook.id}`;
  const tested = await server.rest('POST', `${path}/test`);
  expect(tested.body.data).toMatchObject({
    trigger: 'test',
    status: 204,
    delivered: true,
    event: null,
    domain: null,
  });
  expect(receiver.received[0]?.payload).toMatchObject({ type: 'webhook.test', data: { event: null } });
  expect(verify(webhook.secret, receiver.received[0] ?? never())).toBeTruthy();
  await addDomain(server, 'a.example');
  await receiver.until(2);
  await untilEnded(server, webhook, 2);
  const [{ id }] = await deliveries(server, webhook);
  const again = await server.rest('POST', `${path}/deliveries/${id}/send-again`);
  expect(again.body.data).toMatchObject({ trigger: 'again', delivered: true, domain: { name: 'a.example' } });
  expect(receiver.received[2]?.id).toBe(receiver.received[1]?.id);
  expect((await server.rest('POST', `${path}/deliveries/99999/send-again`)).status).toBe(404);
  const { body } = await server.rest('GET', `${path}/deliveries`);
  expect(body.data.map((delivery: { trigger: string }) => delivery.trigger)).toEqual([
    'again',
    'event',
    'test',
  ]);
  const test = body.data[2].id;
  expect((await server.rest('POST', `${path}/deliveries/${test}/send-again`)).body.code).toBe('not_found');
});

test('an account has at most 20 webhooks, and each change of one is an event that shows no more than its host', async () => {
  await using receiver = await startReceiver();
  const { server } = await startWithClock();
  await using _ = server;
  const webhook = await addWebhook(server, receiver, { events: ['domain.lost'] });
  for (let at = 1; at < 20; at++) await addWebhook(server, receiver, { events: ['domain.lost'] });
  const refused = await server.rest('POST', '/accounts/1/webhooks', { json: { url: receiver.url } });
  expect(refused).toMatchObject({ status: 422, body: { code: 'quota_exceeded' } });
  const path = `/accounts/1/webhooks/${webhook.id}`;
  await server.rest('PATCH', path, { json: { events: null } });
  await server.rest('PATCH', path, { json: { events: null } });
  await server.rest('PATCH', path, { json: { enabled: false } });
  expect((await server.rest('DELETE', path)).status).toBe(204);
  expect((await server.rest('DELETE', path)).status).toBe(404);
  const events = (await server.rest('GET', '/accounts/1/events')).body.data;
  const told = events.filter(
    ({ changes }: { changes: { webhook_id: number } }) => changes.webhook_id === webhook.id,
  );
  expect(told.map(({ type }: { type: string }) => type)).toEqual([
    'webhook.created',
    'webhook.updated',
    'webhook.disabled',
    'webhook.deleted',
  ]);
  expect(JSON.stringify(told)).not.toContain('/hooks');
});

function never(): never {
  throw new Error('Nothing arrived.');
}
