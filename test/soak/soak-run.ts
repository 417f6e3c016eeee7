import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLetterhead } from '@letterhead/client';
import { makeTokenSecret } from '../../server/auth/token-secret.ts';
import { startLoopbackDns } from '../dns/loopback-dns.ts';
import type { HeapTypes } from './heap-snapshot.ts';
import { readHeapTypes } from './heap-snapshot.ts';
import type { MeasuredProcess, Memory } from './measured-process.ts';
import { startMeasured } from './measured-process.ts';
import { MixedLoad } from './mixed-load.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** Monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Random numbers of at least 0 and less than 1. */
  readonly random: () => number;
  readonly onTenth?: (tenth: number, memory: Memory, rounds: number) => void;
}

export interface SoakReport {
  readonly rounds: number;
  /** Measured after each tenth of the time, with the load paused. */
  readonly tenths: readonly Memory[];
  /** The heap by type after the first tenth and at the end. */
  readonly heap: { readonly first: HeapTypes; readonly last: HeapTypes };
  /** Unexpected answers; there must be none. */
  readonly complaints: readonly string[];
}

const WORKERS = 8;
/** Data that exists during the whole run. */
const DOMAINS = 200;
const MAX_COMPLAINTS = 20;

/** Runs a mixed load against a real server, and measures its memory after each tenth of the time. */
export async function soak({ minutes, now, random, onTenth = () => {} }: SoakOptions): Promise<SoakReport> {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-soak-'));
  try {
    await using dns = await startLoopbackDns();
    const token = makeTokenSecret();
    await using server = await startMeasured(environmentOf(join(folder, 'data'), dns.port, token));
    await seedServer(server, token);
    const snapshots = { first: join(folder, 'first.heapsnapshot'), last: join(folder, 'last.heapsnapshot') };
    const load = new MixedLoad({ url: server.url, token, random });
    const tenths: Memory[] = [];
    const complaints: string[] = [];
    let rounds = 0;
    const start = now();
    for (let tenth = 1; tenth <= 10; tenth++) {
      const until = start + tenth * minutes * 6000;
      const work = async () => {
        for (; now() < until && complaints.length < MAX_COMPLAINTS; rounds++) {
          await load.round().catch((error) => complaints.push(String(error)));
        }
      };
      await Promise.all(Array.from({ length: WORKERS }, work));
      // Before memory is measured, because a snapshot leaves about 90 MB resident, which are then in all figures.
      if (tenth === 1) await server.writeHeapSnapshot(snapshots.first);
      const memory = await server.memory();
      tenths.push(memory);
      onTenth(tenth, memory, rounds);
    }
    await server.writeHeapSnapshot(snapshots.last);
    const [first, last] = [await readHeapTypes(snapshots.first), await readHeapTypes(snapshots.last)];
    return { rounds, tenths, heap: { first, last }, complaints };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function environmentOf(dataDir: string, dnsPort: number, token: string): Record<string, string> {
  return {
    DATA_DIR: dataDir,
    BOOTSTRAP_TOKEN: token,
    DNS_SERVERS: `127.0.0.1:${dnsPort}`,
    DNS_ALLOW_PRIVATE: 'true',
    DNS_AUTHORITY_PORT: String(dnsPort),
    RETURN_PATH_HOST: 'bounces.example',
    // Tokens and accounts are created far above the usual rate limits.
    RATE_LIMIT_PER_MINUTE: '0',
    TRUST_PROXY: 'true',
  };
}

async function seedServer({ url }: MeasuredProcess, token: string): Promise<void> {
  const { domains } = createLetterhead({ url, token });
  for (let i = 0; i < DOMAINS; i++) await domains.create.mutate({ account: 1, domain: `d${i}.example.org` });
}
