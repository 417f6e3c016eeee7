import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LetterheadError } from '@letterhead/shared';
import { afterEach, expect, test } from 'vitest';
import { KeyPool, type KeyPoolOptions } from '../../server/keys/key-pool.ts';
import type { KeyPair } from '../../server/keys/key-source.ts';
import { ACCOUNT_LIMITS } from '../../server/limits.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function openPool(options: Partial<KeyPoolOptions> = {}): KeyPool {
  const pool = new KeyPool({
    onWorkerDeath: (error) => expect.unreachable(error.message),
    ...options,
  });
  cleanups.push(() => pool.close());
  return pool;
}

/** Real key workers that the test can kill. */
function killableWorkers(): { createWorker: () => Worker; started: Worker[] } {
  const started: Worker[] = [];
  const createWorker = () => {
    const worker = new Worker(new URL('../../server/keys/key-worker.ts', import.meta.url), { execArgv: [] });
    started.push(worker);
    return worker;
  };
  return { createWorker, started };
}

/** A thread that exits at once. */
function stillbornWorker(): Worker {
  return new Worker('process.exit(3)', { eval: true });
}

function openssl(der: Uint8Array, ...args: string[]): string {
  return execFileSync('openssl', ['pkey', '-inform', 'DER', '-noout', '-text', ...args], {
    input: der,
  }).toString();
}

test('the key pool makes RSA-2048 keys that openssl reads', async () => {
  const { publicKey, privateKey } = await openPool({ size: 1 }).take(1);
  expect(publicKey).toMatch(/^[A-Za-z0-9+/]{392}$/); // one line, no padding: 294 bytes
  const published = openssl(Buffer.from(publicKey, 'base64'), '-pubin');
  expect(published).toContain('Public-Key: (2048 bit)');
  expect(published).toContain('Exponent: 65537');
  expect(openssl(privateKey)).toContain('Private-Key: (2048 bit');
});

test('the key pool leaves a start alone: it begins to make keys when it is to be filled', async () => {
  const { createWorker, started } = killableWorkers();
  const pool = openPool({ createWorker });
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toHaveLength(0);
  pool.fill();
  expect(started).toHaveLength(1);
});

test('the key pool makes pairs: the public key verifies what the private key signs', async () => {
  const { publicKey, privateKey } = await openPool({ size: 1 }).take(1);
  const signature = sign(
    'sha256',
    Buffer.from('Hello'),
    createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }),
  );
  const published = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  expect(verify('sha256', Buffer.from('Hello'), published, signature)).toBe(true);
});

test('the key pool serves a burst larger than itself, in order, each with a key of its own', async () => {
  const size = 3;
  const pool = openPool({ size });
  const served: number[] = [];
  const pairs = await Promise.all(
    Array.from({ length: size + 5 }, async (_, i) => {
      const pair = await pool.take(1);
      served.push(i);
      return pair;
    }),
  );
  expect(served).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(new Set(pairs.map((pair) => pair.publicKey)).size).toBe(size + 5);
});

test('the key pool serves an account that waits for one key before the rest of an account that waits for many', async () => {
  const pool = openPool({ size: 0 });
  const served: string[] = [];
  const take = (account: number, name: string) => pool.take(account).then(() => served.push(name));
  await Promise.all([
    ...['a1', 'a2', 'a3', 'a4'].map((name) => take(1, name)),
    ...['b1', 'b2'].map((name) => take(2, name)),
    take(3, 'c1'),
  ]);
  expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
});

test('the key pool refuses an account that waits for too many keys, and no other', async () => {
  const pool = openPool({ size: 0 });
  const ends = Promise.allSettled(
    Array.from({ length: ACCOUNT_LIMITS.waitingRequests + 1 }, () => pool.take(1)),
  );
  await expect(pool.take(2)).resolves.toHaveProperty('publicKey');
  await pool.close();
  expectUnavailable((await ends).at(-1));
  expect((await ends).at(-1)).toHaveProperty(
    'reason.message',
    'Too many domains of this account wait for a new key. Nothing was changed; try again in a few seconds.',
  );
});

test('a key pool of size 0 makes keys only for callers that wait', async () => {
  const pool = openPool({ size: 0 });
  const [one, other] = await Promise.all([pool.take(1), pool.take(1)]);
  expect(one.publicKey).not.toBe(other.publicKey);
});

test('durable writes go on while the key pool makes keys', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const pool = openPool({ size: 0 });
  await pool.take(1); // it runs
  const burst = Array.from({ length: 200 }, (_, account) => pool.take(account));
  const ends = Promise.allSettled(burst);
  const order: string[] = [];
  const keys = Promise.all(burst).then(
    () => order.push('keys made'),
    () => order.push('keys refused'),
  );
  for (let i = 0; i < 50; i += 1) {
    await using file = await open(join(folder, `${i}`), 'w');
    await file.writeFile('{}');
    await file.sync();
  }
  order.push('files written');
  await pool.close();
  await keys;
  expect(order).toEqual(['files written', 'keys refused']);
  expect((await ends).some((end) => end.status === 'rejected')).toBe(true);
});

test('the key pool replaces a worker that dies, and serves the waiting callers in order', async () => {
  const { createWorker, started } = killableWorkers();
  const deaths: Error[] = [];
  const pool = openPool({ size: 0, createWorker, onWorkerDeath: (error) => deaths.push(error) });
  await pool.take(1);
  const served: number[] = [];
  const waiting = [1, 2, 3].map((i) => pool.take(1).then(() => served.push(i)));
  await started[0]?.terminate();
  await Promise.all(waiting);
  expect(served).toEqual([1, 2, 3]);
  expect(started).toHaveLength(2);
  expect(deaths).toHaveLength(1);
});

test('the key pool reports why a worker died', async () => {
  const deaths: Error[] = [];
  const { createWorker } = killableWorkers();
  const broken = () => new Worker('throw new Error("out of entropy")', { eval: true });
  let created = 0;
  const pool = openPool({
    size: 0,
    createWorker: () => (created++ === 0 ? broken() : createWorker()),
    onWorkerDeath: (error) => deaths.push(error),
  });
  await pool.take(1);
  expect(deaths.map((error) => error.message)).toEqual(['out of entropy']);
});

test('the key pool refuses a caller while no worker lives, and tries again for the next caller', async () => {
  let created = 0;
  let broken = true;
  const { createWorker } = killableWorkers();
  const pool = openPool({
    size: 1,
    createWorker: () => {
      created += 1;
      return broken ? stillbornWorker() : createWorker();
    },
    onWorkerDeath: () => {},
  });
  const refused = await Promise.allSettled([pool.take(1), pool.take(1)]);
  for (const end of refused) expectUnavailable(end);
  expect(created).toBe(3);
  broken = false;
  expect((await pool.take(1)).publicKey).toMatch(/^MII/);
});

test('a key pool that closes refuses the callers that wait and those that come later', async () => {
  const pool = openPool({ size: 2 });
  const waiting = Array.from({ length: 5 }, () => pool.take(1));
  const ends = Promise.allSettled(waiting);
  await pool.close();
  for (const end of await ends) expectUnavailable(end);
  expectUnavailable((await Promise.allSettled([pool.take(1)]))[0]);
  await pool.close();
});

function expectUnavailable(end: PromiseSettledResult<KeyPair> | undefined): void {
  const reason: unknown = end?.status === 'rejected' ? end.reason : undefined;
  expect(reason).toBeInstanceOf(LetterheadError);
  expect(reason).toMatchObject({ code: 'unavailable', retryAfter: 5 });
}

test('the process that makes keys ends without being closed, once nobody waits', async () => {
  const pool = fileURLToPath(new URL('../../server/keys/key-pool.ts', import.meta.url));
  const script = `
    import { KeyPool } from ${JSON.stringify(pool)};
    const pool = new KeyPool({ onWorkerDeath: (error) => { throw error; } });
    process.stdout.write((await pool.take(1)).publicKey.slice(0, 4));
  `;
  const stdout = execFileSync(process.execPath, [
    '-C',
    'letterhead-source',
    '--input-type=module',
    '-e',
    script,
  ]);
  expect(stdout.toString()).toBe('MIIB');
});
