import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTokenSecret } from '../../server/auth/token-secret.ts';
import { Child } from '../child-process.ts';
import type { MeasuredProcess, Memory } from '../soak/measured-process.ts';
import { startMeasured } from '../soak/measured-process.ts';
import type { Span, Tally, Target } from './attack.ts';
import type { AttackerOptions } from './attacker-process.ts';
import type { Family } from './attacks.ts';
import type { FriendlyDnsOptions } from './friendly-dns.ts';
import type { HostileDnsOptions } from './hostile-dns.ts';
import { seedAccounts, suspendAttacker } from './seed-accounts.ts';
import type { StretchFigures } from './stretch-meter.ts';
import type { VictimFigures } from './victim-load.ts';
import { loadAsVictim } from './victim-load.ts';

export interface HostileOptions extends Span {
  /** Duration of the measurement without attacks; 0: none. */
  readonly calmSeconds: number;
  readonly families: readonly Family[];
  /** Milliseconds between the victim's checks, which are limited to ten a minute for one domain. */
  readonly checkEvery: number;
}

export interface HostileReport {
  readonly calm: VictimFigures;
  readonly attacked: VictimFigures;
  readonly tallies: readonly Tally[];
  /** During the attacks; null if the server did not answer for a minute. */
  readonly stretches: StretchFigures | null;
  /** Questions to the attacker's name servers. */
  readonly hostileQuestions: number;
  /** Before and after the attacks. */
  readonly memory: readonly Memory[];
}

const GET_EVERY = 50;
const WARM_UP = 2;
/** Milliseconds. */
const PATIENCE = 60_000;

/** Attacks a server with default settings from one account, and measures the answers to another account. */
export async function runHostile(options: HostileOptions): Promise<HostileReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'letterhead-hostile-'));
  try {
    const token = makeTokenSecret();
    const { zones, attacker, victim } = await seedAccounts(dataDir, token);
    await using dns = await Child.start<{ port: number }>(new URL('./friendly-dns.ts', import.meta.url), {
      options: { zones } satisfies FriendlyDnsOptions,
    });
    const { port } = dns.ready;
    await using hostileDns = await Child.start(new URL('./hostile-dns.ts', import.meta.url), {
      options: { port } satisfies HostileDnsOptions,
    });
    await using server = await startMeasured(environmentOf(dataDir, port));
    const { url } = server;
    const load = (seconds: number) =>
      loadAsVictim(url, victim, { seconds, getEvery: GET_EVERY, checkEvery: options.checkEvery });
    await suspendAttacker(url, token, attacker, true);
    await load(WARM_UP);
    const calm = await load(options.calmSeconds);
    const before = await server.memory();
    await using attackers = await startAttackers({ url, attacker }, options);
    await server.measureStretches();
    // From now on, all of the attacker's domains are due.
    await suspendAttacker(url, token, attacker, false);
    const [attacked, tallies] = await Promise.all([load(options.seconds), attackers.attack()]);
    const stretches = await inTime(server.stretches());
    const memory = stretches === null ? [before] : [before, await server.memory()];
    return {
      calm,
      attacked,
      tallies,
      stretches,
      hostileQuestions: await hostileDns.ask<number>('questions'),
      memory,
    };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Default settings, apart from the addresses of DNS servers. */
function environmentOf(dataDir: string, port: number): Record<string, string> {
  return {
    DATA_DIR: dataDir,
    DNS_SERVERS: `127.0.0.1:${port}`,
    DNS_ALLOW_PRIVATE: 'true',
    DNS_AUTHORITY_PORT: String(port),
  };
}

async function startAttackers(target: Target, { families, seconds, scale }: HostileOptions) {
  await using stack = new AsyncDisposableStack();
  const children = await Promise.all(
    families.map(async (family) => {
      const options: AttackerOptions = { family, target, seconds, scale };
      return stack.use(await Child.start(new URL('./attacker-process.ts', import.meta.url), { options }));
    }),
  );
  const owned = stack.move();
  return {
    attack: async () => (await Promise.all(children.map((child) => child.ask<Tally[]>('attack')))).flat(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function inTime(figures: ReturnType<MeasuredProcess['stretches']>): Promise<StretchFigures | null> {
  return Promise.race([figures, sleep(PATIENCE, null, { ref: false })]);
}
