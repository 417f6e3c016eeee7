import { relativeHost } from '@letterhead/shared';
import { isQueryableName, isWithin, parentOf } from '../../dns/name.ts';

/** A name where the record may have landed by mistake, and the zone whose form would have put it there. */
export interface CandidateHost {
  readonly name: string;
  readonly zone: string;
  readonly mistake: 'doubled' | 'elsewhere';
}

/** A deep subdomain makes many zones possible; the ones nearest to either end are the likely ones. */
const MAX_ZONES = 8;
/** What people put before a domain out of habit. */
const HABITUAL_SUBDOMAINS = ['www', 'mail'];

/** What the names are made from. `zone`: the one that the servers answer for; null where that is not known. */
export interface RecordPlace {
  readonly fqdn: string;
  /** `example.org` of `mail.example.org`. */
  readonly registrable: string;
  readonly subdomain: string | null;
  /** What the record's own label begins with: the selector. */
  readonly selector: string;
  readonly zone: string | null;
}

/**
 * Where to look for a record that is not where it should be. A provider's form appends its zone to what is typed.
 * So a name typed for a zone further up, into the form of a zone further down, comes out with labels doubled
 * (`abc._domainkey.example.org.example.org`, `abc._domainkey.mail.mail.example.org`); the other way round, with
 * labels left out.
 */
export function candidateHosts(place: RecordPlace): CandidateHost[] {
  const zones = possibleZones(place);
  const candidates = [...wrongZoneHosts(place, zones), ...otherHosts(place)];
  const seen = new Set([place.fqdn]);
  return candidates.filter(({ name }) => {
    const fresh = !seen.has(name) && isQueryableName(name);
    seen.add(name);
    return fresh;
  });
}

/** Every zone that can hold the record, from the registrable domain down to the record's parent. */
function possibleZones({ fqdn, registrable, zone }: RecordPlace): string[] {
  const ancestors: string[] = [];
  for (let name = parentOf(fqdn); isWithin(name, registrable); name = parentOf(name)) ancestors.unshift(name);
  const half = MAX_ZONES / 2;
  const likely =
    ancestors.length > MAX_ZONES ? [...ancestors.slice(0, half), ...ancestors.slice(-half)] : ancestors;
  const served = zone !== null && isWithin(fqdn, zone) && !likely.includes(zone) ? [zone] : [];
  return [...served, ...likely];
}

function wrongZoneHosts(place: RecordPlace, zones: readonly string[]): CandidateHost[] {
  // The host as our own words give it, in full, below the domain itself, and the label alone.
  const meantFor = [
    '.',
    place.zone ?? place.registrable,
    place.registrable,
    ownDomain(place),
    parentOf(place.fqdn),
  ];
  return zones.flatMap((zone) =>
    meantFor.map((meant): CandidateHost => {
      const typed = relativeHost(place.fqdn, meant);
      const doubled = isWithin(zone, meant);
      return { name: `${typed}.${zone}`, zone, mistake: doubled ? 'doubled' : 'elsewhere' };
    }),
  );
}

/** The apex, the bare selector, the host misspelt, with the subdomain in front, and with one added. */
function otherHosts(place: RecordPlace): CandidateHost[] {
  const { fqdn, registrable, subdomain, selector } = place;
  const host = relativeHost(fqdn, ownDomain(place));
  const names =
    subdomain === null
      ? HABITUAL_SUBDOMAINS.map((habit) => `${host}.${habit}.${registrable}`)
      : [`${ownDomain(place)}`, `${selector}.${ownDomain(place)}`, `${subdomain}.${host}.${registrable}`];
  return [registrable, `${selector}.${registrable}`, ...misspelt(host, ownDomain(place)), ...names].map(
    (name) => ({
      name,
      zone: registrable,
      mistake: 'elsewhere',
    }),
  );
}

/**
 * The name of the key record (RFC 6376 §3.6.2.1) without its underscore, without its selector, and with both of them in
 * one label, as a zone file's `\.` makes it.
 */
function misspelt(host: string, domain: string): string[] {
  const [selector, namespace] = host.split('.');
  return namespace === '_domainkey'
    ? [`${selector}.domainkey.${domain}`, `${namespace}.${domain}`, `${selector}\\.${namespace}.${domain}`]
    : [];
}

function ownDomain({ registrable, subdomain }: RecordPlace): string {
  return subdomain === null ? registrable : `${subdomain}.${registrable}`;
}
