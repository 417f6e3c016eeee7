import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createLetterhead, type Letterhead } from '@letterhead/client';
import { recordFqdn } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { type LoopbackDns, startLoopbackDns } from '../dns/loopback-dns.ts';
import { createDatabase } from '../postgres/test-database.ts';
import { startProcess } from './server-process.ts';

const KILLS = 5;
/** Longer than a check that moves signing takes. Milliseconds. */
const LATEST = 60;
const TOKEN = `lh_${'R'.repeat(43)}`;
const TARGET = { account: 1, id: 1 };

const onFiles = async () => ({ environment: {}, async [Symbol.asyncDispose]() {} });

const onPostgres = async () => {
  const database = await createDatabase();
  return {
    environment: { DATABASE_URL: database.url, SECRET_KEY: randomBytes(32).toString('base64') },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
};

/** Publishes every record that is listed, and returns the selectors. */
async function publishAll(letterhead: Letterhead, dns: LoopbackDns): Promise<string[]> {
  const domain = await letterhead.domains.get.query(TARGET);
  return domain.dns_records.map(({ hostname, value }) => {
    dns.publish(recordFqdn(hostname, domain), { TXT: [value] });
    return hostname.split('.')[0] ?? '';
  });
}

/** The selector of the one key that is active, with which mail is signed at this moment. */
async function signingSelector(letterhead: Letterhead): Promise<string> {
  const keys = await letterhead.keys.list.query(TARGET);
  const active = keys.filter(({ state }) => state === 'active');
  const { selector } = await letterhead.signing.sign.mutate({
    account: 1,
    headers: 'From: help@example.org\r\n',
    body_hash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  });
  expect(active.map((key) => key.selector)).toEqual([selector]);
  return selector;
}

test.each([
  ['files', onFiles],
  ['PostgreSQL', onPostgres],
])(
  'a server on %s that is killed while signing moves to another key signs with either, and goes on',
  async (_, open) => {
    await using store = await open();
    await using dns = await startLoopbackDns();
    const dataDir = await mkdtemp(join(tmpdir(), 'letterhead-rotation-'));
    const start = () =>
      startProcess({
        DATA_DIR: dataDir,
        BOOTSTRAP_TOKEN: TOKEN,
        RATE_LIMIT_PER_MINUTE: '0',
        DNS_SERVERS: `127.0.0.1:${dns.port}`,
        DNS_ALLOW_PRIVATE: 'true',
        DNS_AUTHORITY_PORT: String(dns.port),
        ...store.environment,
      });
    let server = await start();
    try {
      let letterhead = createLetterhead({ url: server.url, token: TOKEN });
      await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
      await publishAll(letterhead, dns);
      await letterhead.domains.verifyDns.mutate(TARGET);
      for (let kill = 0; kill < KILLS; kill += 1) {
        for (const { id, state } of await letterhead.keys.list.query(TARGET))
          if (state !== 'active') await letterhead.keys.remove.mutate({ ...TARGET, key: id });
        const before = await signingSelector(letterhead);
        const { selector: pending } = await letterhead.keys.rotate.mutate(TARGET);
        await publishAll(letterhead, dns);
        const checked = letterhead.domains.verifyDns.mutate(TARGET).then(
          () => true,
          () => false,
        );
        await setTimeout(Math.random() * LATEST);
        await server.kill();
        const isAcknowledged = await checked;
        server = await start();
        letterhead = createLetterhead({ url: server.url, token: TOKEN });
        const after = await signingSelector(letterhead);
        expect(isAcknowledged ? [pending] : [before, pending]).toContain(after);
        await letterhead.domains.verifyDns.mutate(TARGET);
        expect(await signingSelector(letterhead)).toBe(pending);
      }
    } finally {
      await server.kill();
      await rm(dataDir, { recursive: true });
    }
  },
  120_000,
);
