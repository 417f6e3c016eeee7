import { isWithin } from '../../dns/name.ts';
import type { ProbeFinding } from '../evidence.ts';
import { relativeTo } from '../misplaced-names.ts';
import { isOurs } from '../right-value.ts';
import { add, changeHost } from './sentences.ts';
import { isAbsent, type Rule, type Sighting, zoneOf } from './sighting.ts';

/**
 * The host was typed with a zone that the form appends by itself: `abc._domainkey.example.org.example.org`.
 * The names that are looked at are in misplaced-names.ts.
 */
export const HOST_DOUBLED: Rule = (sighting) => {
  const doubled = landedAt(sighting, 'doubled');
  if (doubled === undefined) return null;
  return {
    title: 'The domain is in the host name twice',
    detail: `There is nothing at ${sighting.record.fqdn}, but our record is at ${doubled.name}: the form adds the rest of the name by itself.`,
    fix: moveFrom(sighting, doubled),
    found: doubled.values,
  };
};

/** At the apex, at the bare selector, or with the subdomain left out or added. */
export const WRONG_HOST: Rule = (sighting) => {
  const elsewhere = landedAt(sighting, 'elsewhere');
  if (elsewhere === undefined) return null;
  return {
    title: 'The record is at another host name',
    detail: `There is nothing at ${sighting.record.fqdn}, but our record is at ${elsewhere.name}, where receivers don’t look for it.`,
    fix: moveFrom(sighting, elsewhere),
    found: elsewhere.values,
  };
};

function landedAt(sighting: Sighting, purpose: ProbeFinding['purpose']): ProbeFinding | undefined {
  return isAbsent(sighting) ? sighting.evidence.findings.find((one) => one.purpose === purpose) : undefined;
}

/** In another zone's form, there is nothing to rename: the record is made anew where it belongs, and if it is mangled. */
function moveFrom(sighting: Sighting, { name, zone, values }: ProbeFinding): string {
  const own = zoneOf(sighting);
  const inOwnZone = isWithin(name, own) && (zone === null || isWithin(own, zone));
  const ours = values.find((value) => isOurs(sighting.record, value));
  return inOwnZone && ours !== undefined ? changeHost(sighting, relativeTo(name, own), ours) : add(sighting);
}
