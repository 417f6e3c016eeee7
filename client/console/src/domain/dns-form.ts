import type { Diagnosis, DnsRecord, Domain } from '@letterhead/shared';

/** The records as they are typed into the form of the zone that they go into. */
export interface DnsForm {
  /** What the form takes for granted: `example.org`. */
  readonly zone: string;
  readonly records: readonly FormRecord[];
}

export interface FormRecord extends DnsRecord {
  /** Relative to the zone: `abc._domainkey`. */
  readonly host: string;
  readonly fullHost: string;
}

/**
 * The zone is the registrable domain, except where the last check has found a subdomain on name servers of its own.
 * `diagnosis` is undefined where none is known yet.
 */
export function dnsForm(domain: Domain, diagnosis: Diagnosis | undefined): DnsForm {
  const registrable = registrableDomain(domain);
  const zone = zoneFound(diagnosis, registrable) ?? registrable;
  const records = domain.dns_records.map((record) => {
    const fullHost = `${record.hostname}.${registrable}`;
    const host = fullHost.endsWith(`.${zone}`) ? fullHost.slice(0, -zone.length - 1) : record.hostname;
    return { ...record, fullHost, host };
  });
  return { zone, records };
}

function registrableDomain({ domain, subdomain }: Domain): string {
  return subdomain === null ? domain : domain.slice(subdomain.length + 1);
}

/** Each sentence that says what to type begins with the zone whose form it is typed into. */
function zoneFound(diagnosis: Diagnosis | undefined, registrable: string): string | null {
  for (const { fix } of diagnosis?.records ?? []) {
    const zone = /^In the DNS zone ([^\s,]+), /.exec(fix ?? '')?.[1];
    if (zone?.endsWith(`.${registrable}`)) return zone;
  }
  return null;
}
