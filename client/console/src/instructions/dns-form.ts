import {
  type Diagnosis,
  type DnsRecord,
  type Domain,
  type Key,
  recordFqdn,
  registrableDomain,
  relativeHost,
  type TypedRecord,
} from '@letterhead/shared';

/** The records as they are typed into the form of the zone that they belong in. */
export interface DnsForm {
  /** What the form takes for granted: `example.org`. */
  readonly zone: string;
  readonly records: readonly FormRecord[];
}

export type FormRecord = DnsRecord &
  TypedRecord & {
    /** The key that it publishes; null for a record of another kind, and until the keys are read. */
    readonly key: Key | null;
    /** Whether it is a CNAME record that stays, whichever of the two has the key that signs. */
    readonly stays: boolean;
  };

/**
 * The zone is the registrable domain, except where the last check has found another one, such as a subdomain on name
 * servers of its own. `diagnosis` is undefined where none is known yet.
 */
export function dnsForm(
  domain: Domain,
  diagnosis: Diagnosis | undefined,
  keys: readonly Key[] = [],
): DnsForm {
  const zoneOf = ({ hostname }: Pick<DnsRecord, 'hostname'>) =>
    diagnosis?.records.find((one) => one.hostname === hostname)?.zone ?? registrableDomain(domain);
  const isPublished = (kind: Key['published_as'], wanted: Key['state']) =>
    keys.some(({ state, published_as }) => state === wanted && published_as === kind);
  const isLeft = isPublished('txt', 'active') && !isPublished('cname', 'pending');
  const records = domain.dns_records.map((record) => {
    const fqdn = recordFqdn(record.hostname, domain);
    const isOf = ({ selector, state }: Key) =>
      state !== 'revoked' && record.hostname.startsWith(`${selector}._domainkey`);
    const stays = record.label === 'DKIM' && record.type === 'CNAME' && !isLeft;
    return {
      ...record,
      fqdn,
      host: relativeHost(fqdn, zoneOf(record)),
      key: keys.find(isOf) ?? null,
      stays,
    };
  });
  const [first] = domain.dns_records;
  return { zone: first === undefined ? registrableDomain(domain) : zoneOf(first), records };
}
