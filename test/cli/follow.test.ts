import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { Workplace } from './letterhead-process.ts';
import { makeWorkplace } from './letterhead-process.ts';

let server: TestServer;
let place: Workplace;

beforeEach(async () => {
  server = await startTestServer();
  place = await makeWorkplace({ LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token });
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const add = (domain: string) => server.letterhead.domains.create.mutate({ account: 1, domain });

/** Runs `events --follow` and collects the printed lines. */
function follow(...options: string[]): { process: ChildProcessWithoutNullStreams; lines: string[] } {
  const child = place.start(['events', '--follow', ...options]);
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  return { process: child, lines };
}

test('following the events prints what was and what happens, once each and in order, until the reader goes away', async () => {
  await add('example.org');
  const { process, lines } = follow('--json');
  const ids = () => lines.map((line) => JSON.parse(line).id);
  await vi.waitFor(() => expect(lines.length).toBe(3), 10_000);
  await add('example.net');
  await add('example.com');
  await vi.waitFor(() => expect(lines.length).toBe(5), 10_000);
  const { body } = await server.rest('GET', '/accounts/1/events');
  expect(ids()).toEqual(body.data.map(({ id }: { id: number }) => id));

  const ended = once(process, 'exit');
  process.stdout.destroy();
  await add('example.edu');
  expect(await ended).toEqual([0, null]);
});

test('following the events of one domain begins where it is told to', async () => {
  await add('example.org');
  const { lines } = follow('--domain', '1', '--after', '3');
  await add('example.net');
  await server.letterhead.domains.delete.mutate({ account: 1, id: 1 });
  await vi.waitFor(() => expect(lines.length).toBe(1), 10_000);
  expect(lines[0]).toMatch(/^ +\d+ {2}.+ UTC {2}domain\.deleted +token 1 +example\.org$/);
});

test('following the events ends when the token is revoked', async () => {
  const token = await server.makeToken(['domains:read']);
  const child = place.start(['events', '--follow'], { LETTERHEAD_TOKEN: token });
  const err = text(child.stderr);
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await server.letterhead.tokens.revoke.mutate({ account: 1, id: 2 });
  expect(await ended).toEqual([3, null]);
  expect(await err).toMatch(/^letterhead: Unknown or revoked token\.\n$/);
});

test('following the events needs a server, and has no end', async () => {
  const folder = { LETTERHEAD_URL: '', LETTERHEAD_TOKEN: '' };
  await place.run(['account', 'create', 'Help desk'], folder);
  expect(await place.run(['events', '--follow'], folder)).toEqual({
    exit: 2,
    out: '',
    err: 'letterhead: Only a running server can be followed: set LETTERHEAD_URL and LETTERHEAD_TOKEN.\n',
  });
  expect(await place.run(['events', '--follow', '--limit', '5'])).toMatchObject({ exit: 2, out: '' });
});
