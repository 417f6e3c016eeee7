import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { crashRun } from '../crash/crash-run.ts';
import type { Fleet } from '../crash/fleet.ts';
import { serversOver } from '../crash/fleet.ts';
import makeKeysOnce from '../keys-file.ts';
import { databaseUrl, startPostgres, startStandby } from '../postgres/postgres-server.ts';

/**
 * `npm run test:failover`: three servers over a primary with a synchronous standby, which is promoted while clients are
 * at work, after the primary was killed or while it is frozen. Needs all of PostgreSQL's programs, such as Debian's.
 */
const HOME = process.env['POSTGRES_HOME'] ?? '/usr/lib/postgresql/15';
/** How long the primary is frozen, and the clients go on after it was thawed. Milliseconds. */
const FREEZE = 12_000;
const AFTERWARDS = 8_000;
/** How long the old primary goes on after it was thawed. */
const FENCED_AFTER = 1_000;

if (!existsSync(`${HOME}/bin/pg_basebackup`)) {
  process.stderr.write(`${HOME} has no pg_basebackup. Set POSTGRES_HOME to a PostgreSQL such as Debian's.\n`);
  process.exit(2);
}
makeKeysOnce();
let isBroken = false;
for (const failure of ['kill', 'freeze'] as const) {
  const report = await crashRun({
    fleet: (token) => replicatedFleet(token, failure),
    kills: 1,
    random: Math.random,
  });
  process.stdout.write(
    `${failure}: ${report.acknowledged} acknowledged changes, ${report.unknown} of unknown outcome, ${(report.longestGap / 1000).toFixed(1)} s without one, ${report.complaints.length} broken promises\n`,
  );
  for (const complaint of report.complaints) process.stdout.write(`${complaint}\n`);
  isBroken ||= report.complaints.length > 0;
}
process.exit(isBroken ? 1 : 0);

async function replicatedFleet(token: string, failure: 'kill' | 'freeze'): Promise<Fleet> {
  const primary = await startPostgres({ home: HOME });
  const standby = await startStandby(primary.port, HOME);
  await query(primary.port, `ALTER SYSTEM SET synchronous_standby_names = 'standby'`);
  await query(primary.port, 'SELECT pg_reload_conf()');
  const url = databaseUrl(primary.port).replace(/:(\d+)\//, `:$1,127.0.0.1:${standby.port}/`);
  const servers = await serversOver(url, token);
  return {
    ...servers,
    async kill() {
      if (failure === 'kill') await primary.kill();
      else primary.signal('SIGSTOP');
      await query(standby.port, 'SELECT pg_promote()');
      if (failure === 'freeze') {
        await sleep(FREEZE);
        primary.signal('SIGCONT');
        // As Patroni does, once it finds that another server has become the primary.
        await sleep(FENCED_AFTER);
        await primary.kill();
      }
      await sleep(AFTERWARDS);
    },
    async [Symbol.asyncDispose]() {
      await servers.stop();
      await standby[Symbol.asyncDispose]();
      await primary[Symbol.asyncDispose]();
    },
  };
}

async function query(port: number, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(port) });
  await client.connect();
  await client.query(text);
  await client.end();
}
