import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZoneNames } from '../../test/dns/zone.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import { startProcess } from '../measured-process.ts';
import type { NewDomain } from './new-domains.ts';

/** As customers are in earnest: each with a zone of its own, at one of a few providers with two name servers each. */
export const PROVIDERS = 10;
/** Of so many domains, one has not published its record. */
export const ONE_MISSING_OF = 5;
/** A zone that holds several domains, at name servers of its own, which may be silent. */
export const DEAD_ZONE = 'dead.example';

export interface InternetOptions {
  readonly zones: Zones;
  /** Milliseconds that every answer takes. */
  readonly latency: number;
  /** Whether the servers of the dead zone are silent. */
  readonly dead?: boolean;
}

/** By apex. */
export type Zones = Record<string, ZoneNames>;

/** Starts name servers with these zones; their file is left in the folder. */
export async function startInternet(
  folder: { readonly path: string },
  { zones, latency, dead = false }: InternetOptions,
): Promise<MeasuredProcess> {
  const zonesFile = join(folder.path, 'zones.json');
  await writeFile(zonesFile, JSON.stringify({ ...providerZones(), ...zones }));
  return await startProcess({
    script: 'processes/name-servers.ts',
    options: {
      zonesFile,
      latency,
      authorities: 2 * (PROVIDERS + 1),
      silent: dead ? addressesOf(PROVIDERS) : [],
    },
  });
}

/** What a server is told to ask there. */
export function internetSettings(internet: MeasuredProcess): Record<string, string> {
  const { hostname, port } = new URL(internet.url);
  return { DNS_SERVERS: `${hostname}:${port}`, DNS_AUTHORITY_PORT: port, DNS_ALLOW_PRIVATE: 'true' };
}

/** A zone for each domain, but for those of the dead zone; some lack the record. */
export function customerZones(domains: readonly NewDomain[]): Zones {
  const zones: Zones = { [DEAD_ZONE]: { '@': { NS: nameServersOf(PROVIDERS) } } };
  for (const [at, { domain, hostname, value }] of domains.entries()) {
    const published = at % ONE_MISSING_OF === 0 ? {} : { [hostname]: { TXT: [value] } };
    if (domain.endsWith(DEAD_ZONE)) Object.assign(zones[DEAD_ZONE] ?? {}, published);
    else zones[domain] = { ...usualNames(at % PROVIDERS), ...published };
  }
  return zones;
}

/** One zone with the records of all these domains below it. */
export function commonZone(apex: string, records: readonly NewDomain['records'][number][]): Zones {
  const published = records.map(({ type, hostname, value }) => [
    hostname,
    type === 'CNAME' ? { CNAME: value } : { TXT: [value] },
  ]);
  return { [apex]: { ...usualNames(0), ...Object.fromEntries(published) } };
}

function providerZones(): Zones {
  const providers = Array.from({ length: PROVIDERS + 1 }, (_, provider) => provider);
  return Object.fromEntries(providers.map((provider) => [zoneOf(provider), ownZone(provider)]));
}

function usualNames(provider: number): ZoneNames {
  return {
    '@': {
      NS: nameServersOf(provider),
      MX: [`10 mx.${zoneOf(provider)}`],
      TXT: ['v=spf1 mx -all', 'some-site-verification=0123456789'],
    },
    _dmarc: { TXT: ['v=DMARC1; p=none'] },
    www: { A: ['192.0.2.1'] },
  };
}

function ownZone(provider: number): ZoneNames {
  const hosts = addressesOf(provider).map((address, at) => [`ns${at + 1}`, { A: [address] }]);
  return { '@': { NS: nameServersOf(provider) }, ...Object.fromEntries(hosts) };
}

function nameServersOf(provider: number): string[] {
  return addressesOf(provider).map((_, at) => `ns${at + 1}.${zoneOf(provider)}`);
}

/** The resolver has the first address. */
function addressesOf(provider: number): string[] {
  return [2, 3].map((first) => `127.0.0.${first + 2 * provider}`);
}

function zoneOf(provider: number): string {
  return `provider-${provider + 1}.example`;
}
