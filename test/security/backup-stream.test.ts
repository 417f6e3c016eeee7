import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewToken } from '@letterhead/shared';
import { expect, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { OpenStream } from './event-stream.ts';
import { openStream } from './event-stream.ts';

/** Far more than connections hold that nobody reads, and too random to shrink. */
const EVIDENCE_BYTES = 24 * 1024 * 1024;

/** What takes the right to a backup away while it is on its way. */
const endings: [string, (scene: Scene, token: NewToken) => Promise<unknown>, string][] = [
  [
    'is revoked',
    ({ server }, { id }) => server.letterhead.tokens.revoke.mutate({ account: 2, id }),
    'unauthenticated',
  ],
  [
    'expires',
    async ({ clock }) => {
      clock.now = new Date(clock.now.getTime() + 61_000);
    },
    'unauthenticated',
  ],
  [
    'loses its account to a suspension',
    ({ server }) => server.letterhead.accounts.update.mutate({ account: 2, suspended: true }),
    'forbidden',
  ],
];

interface Scene {
  readonly server: TestServer;
  readonly clock: { now: Date };
}

test.each(endings)('a backup ends before its end when its token %s', async (_name, end, code) => {
  const clock = { now: new Date() };
  await using server = await startTestServer({ clock: () => clock.now });
  await fillFolder(server);
  const token = await makeAdmin({ server, clock });
  const backup = await openBackup(server, token.token);
  await backup.said('"kind":"begin"');
  await end({ server, clock }, token);
  const told = await backup.ended();
  expect(told).toContain(`"code":"${code}"`);
  expect(told).not.toContain('"kind":"end"');
  expect(told.length).toBeLessThan(EVIDENCE_BYTES);
});

async function fillFolder({ letterhead, dataDir }: TestServer): Promise<void> {
  const { id } = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await letterhead.domains.verifyDns.mutate({ account: 1, id });
  await writeFile(
    join(dataDir, 'evidence', '1', `${id}.json`),
    JSON.stringify(randomBytes(EVIDENCE_BYTES).toString('base64')),
  );
}

async function makeAdmin({ server: { letterhead }, clock }: Scene): Promise<NewToken> {
  await letterhead.accounts.create.mutate({ name: 'Other' });
  return letterhead.tokens.create.mutate({
    account: 2,
    name: 'Backup',
    scopes: ['admin'],
    expires_at: new Date(clock.now.getTime() + 60_000),
  });
}

function openBackup({ url }: TestServer, token: string): Promise<OpenStream> {
  const input = encodeURIComponent('{"json":{"without_key":true}}');
  return openStream(`${url}/trpc/installation.backup?input=${input}`, token);
}
