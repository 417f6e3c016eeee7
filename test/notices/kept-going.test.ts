import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain } from '../signing/sending-account.ts';
import { startMailServer } from './mail-server.ts';

const ZONES = { 'example.org': {} };
const PAST = '2020-01-01T00:00:00Z';

test('a recipient that the mail server does not answer for keeps no other from a notice', async () => {
  await using mail = await startMailServer();
  await using server = await startTestServer({ environment: mail.environment, dns: { zones: ZONES } });
  mail.answers.set('slow@example.net', '');
  const notify = ['slow@example.net', 'ops@example.net'];
  await server.letterhead.accounts.update.mutate({ account: 1, notify });
  await addVerifiedDomain(server, 'example.org');
  const [first] = await mail.until(1);
  expect(first?.to).toBe('ops@example.net');
  expect(mail.asked).toEqual(notify);
});

test('thousands of domains that were told of are forgotten at once, and so is one of which no event is left', async () => {
  await using mail = await startMailServer();
  await using first = await startTestServer({ environment: mail.environment });
  await expect.poll(() => cursorsIn(first.dataDir), { timeout: 10_000 }).not.toEqual([]);
  const told = { event: 1_000, at: PAST, more: false, sent: null };
  const domains = Array.from({ length: 5_000 }, (_, at) => [at + 1, { ...told, more: at === 0 }] as const);
  await using server = await first.restart(async () => {
    const [cursor = []] = await cursorsIn(first.dataDir);
    const waiting = cursor.with(7, PAST).with(8, Object.fromEntries(domains));
    const file = JSON.parse(await readFile(join(first.dataDir, 'cursors.json'), 'utf8'));
    await writeFile(join(first.dataDir, 'cursors.json'), JSON.stringify({ ...file, cursors: [waiting] }));
  });
  await expect.poll(async () => (await cursorsIn(server.dataDir))[0]?.at(8), { timeout: 10_000 }).toEqual({});
});

/** Rows of how far followers of the events have come; none before the file is written. */
async function cursorsIn(dataDir: string): Promise<unknown[][]> {
  const text = await readFile(join(dataDir, 'cursors.json'), 'utf8').catch(() => '{"cursors":[]}');
  return JSON.parse(text).cursors;
}
