import { isWithin, parentOf } from '../../dns/name.ts';
import type { DnsCheck, Survey } from '../../dns/outcome.ts';

/** A name has hardly ever more zones above it; the lowest are the ones that count. */
const MAX_LABELS = 8;

/**
 * The zone whose form the record belongs in. Servers that hold both a zone and one below it answer for the lower
 * one without a referral: only its SOA record, at its apex, tells that it is there.
 */
export async function findZoneCut(check: DnsCheck, fqdn: string, { zone }: Survey): Promise<string | null> {
  if (zone === null) return null;
  const candidates: string[] = [];
  for (let name = parentOf(fqdn); name !== zone && isWithin(name, zone); name = parentOf(name))
    candidates.push(name);
  const apexes = await Promise.all(
    candidates.slice(0, MAX_LABELS).map(async (name) => {
      const { observations } = await check.askAuthorities(name, 'SOA');
      return observations.some(({ outcome }) => outcome.kind === 'present' && outcome.cname === null)
        ? name
        : null;
    }),
  );
  return apexes.find((name) => name !== null) ?? zone;
}
