import type { DnsRecord, Domain } from '@letterhead/shared';

/** The domain without its subdomain: what a provider's form takes for granted. */
export function registrableDomain({ domain, subdomain }: Pick<Domain, 'domain' | 'subdomain'>): string {
  return subdomain === null ? domain : domain.slice(subdomain.length + 1);
}

/** A record's host name in full. */
export function fullHost(
  record: Pick<DnsRecord, 'hostname'>,
  domain: Pick<Domain, 'domain' | 'subdomain'>,
): string {
  return `${record.hostname}.${registrableDomain(domain)}`;
}
