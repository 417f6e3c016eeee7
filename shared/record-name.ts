import type { Domain } from './domain.ts';

/** The registrable domain of a domain. */
export function registrableDomain({ domain, subdomain }: Pick<Domain, 'domain' | 'subdomain'>): string {
  return subdomain === null ? domain : domain.slice(subdomain.length + 1);
}

/** The fully qualified name, without a trailing dot, of a record with this `hostname`. */
export function recordFqdn(hostname: string, domain: Pick<Domain, 'domain' | 'subdomain'>): string {
  return `${hostname}.${registrableDomain(domain)}`;
}

/** `fqdn` relative to a zone, as it is entered into a DNS form; `@` for the zone's own name. */
export function relativeHost(fqdn: string, zone: string): string {
  if (fqdn === zone) return '@';
  return fqdn.endsWith(`.${zone}`) ? fqdn.slice(0, -zone.length - 1) : fqdn;
}
