import { mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZoneServer } from '../../test/key-zone/zone-server.ts';
import { dataFolderIn } from '../letterhead-server.ts';
import { settle } from '../store/grown-folders.ts';
import { createDomains, type NewDomain } from '../verification/new-domains.ts';

export const ZONE = 'keys.example';
export const ZONE_ADDRESS = '127.0.0.250';
/** The zone that all customers are in. */
export const CUSTOMERS = 'customers.example';
export const DOMAINS = 10_000;

const TSIG = { name: 'letterhead', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 7).toString('base64') };
/** Nobody listens there. */
const NO_SERVER = '127.0.0.1:9';

/** Starts Knot with an empty zone; on a free port unless it is given. */
export function startKnot(port?: number): Promise<ZoneServer> {
  return ZoneServer.start('knot', {
    zone: ZONE,
    tsig: TSIG,
    address: ZONE_ADDRESS,
    ...(port === undefined ? {} : { port }),
  });
}

export function zoneSettings(server: ZoneServer | null): Record<string, string> {
  return {
    DKIM_ZONE: ZONE,
    DKIM_ZONE_SERVER: server === null ? NO_SERVER : `${server.address}:${server.port}`,
    DKIM_ZONE_TSIG: Object.values(TSIG).join(':'),
  };
}

/** Domains whose keys are to be in the zone, in a data folder: nothing of them was sent. */
interface DelegatedFolder {
  readonly path: string;
  readonly domains: readonly NewDomain[];
}

let made: Promise<DelegatedFolder> | undefined;

/** Copies a data folder of 10,000 delegated domains, which is made once in a run; resolves to the domains. */
export async function copyDelegatedFolder(folder: { readonly path: string }): Promise<readonly NewDomain[]> {
  made ??= makeFolder();
  const { path, domains } = await made;
  await cp(dataFolderIn({ path }), dataFolderIn(folder), { recursive: true });
  await settle();
  return domains;
}

async function makeFolder(): Promise<DelegatedFolder> {
  const path = mkdtempSync(join(tmpdir(), 'letterhead-bench-delegated-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  const names = Array.from({ length: DOMAINS }, (_, at) => `desk-${at + 1}.${CUSTOMERS}`);
  return { path, domains: await createDomains(dataFolderIn({ path }), names, zoneSettings(null)) };
}
