import { KeyPool } from '../../server/keys/key-pool.ts';
import { dataFolderIn, keysFile, serverEnvironment } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast, formatFigure } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { commonZone, internetSettings, startInternet, type Zones } from '../verification/internet.ts';
import type { NewDomain } from '../verification/new-domains.ts';
import {
  CUSTOMERS,
  copyDelegatedFolder,
  DOMAINS,
  startKnot,
  ZONE,
  ZONE_ADDRESS,
  zoneSettings,
} from './key-zone.ts';

/** Keys made to learn how many a second can be. */
const KEYS = 100;

/** How long the rotation of many domains takes beside what making their keys takes. */
export async function rotateAllDomains(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const domains = await copyDelegatedFolder(folder);
  const made = await keysASecond();
  await using internet = await startInternet(folder, { zones: zonesOf(domains), latency: 0 });
  await using knot = await startKnot(Number(new URL(internet.url).port));
  const environment = {
    ...serverEnvironment(dataFolderIn(folder)),
    ...internetSettings(internet),
    ...zoneSettings(knot),
    LOG_LEVEL: 'warn',
  };
  await using letterhead = await startRotation(environment);
  const { rotated = 0, seen = 0, moved = 0 } = await letterhead.call('rotateAll', null);
  const seconds = rotated + seen + moved;
  return {
    title: `The rotation of ${formatFigure(DOMAINS)} delegated domains`,
    how: `Everything but making keys, which come from a file: new keys until the primary has them all; a check of each domain that sees them; and, the clock put forward by what caches may hold, one that moves signing. Name servers and resolver are in a process of their own. How many keys one thread makes a second is measured by itself, with ${KEYS} of them.`,
    table: {
      columns: ['', 'seconds', 'domains/s'],
      rows: [
        row('new keys, at the primary', rotated),
        row('seen by a check', seen),
        row('signing moved by another', moved),
        row('all of it', seconds),
        row('making the keys', DOMAINS / made),
      ],
    },
    targets: [atLeast('domains rotated a second, of keys made', 1, DOMAINS / seconds / made, ' ×')],
  };
}

function row(what: string, seconds: number): string[] {
  return [what, formatFigure(seconds), formatFigure(DOMAINS / seconds)];
}

function startRotation(environment: Record<string, string>): Promise<MeasuredProcess> {
  return startProcess({
    script: 'processes/rotate-delegated.ts',
    options: { environment, keysFile: keysFile() },
  });
}

/** All customers' records in one zone; the key zone as the resolver knows it. */
function zonesOf(domains: readonly NewDomain[]): Zones {
  return {
    ...commonZone(
      CUSTOMERS,
      domains.flatMap(({ records }) => records),
    ),
    [ZONE]: { '@': { NS: [`ns1.${ZONE}`] }, ns1: { A: [ZONE_ADDRESS] } },
  };
}

async function keysASecond(): Promise<number> {
  const pool = new KeyPool({ size: 0, onWorkerDeath: () => {} });
  await pool.take(1);
  const begin = performance.now();
  for (let key = 0; key < KEYS; key += 1) await pool.take(1);
  const seconds = (performance.now() - begin) / 1000;
  await pool.close();
  return KEYS / seconds;
}
