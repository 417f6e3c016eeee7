import type { Domain } from './domain.ts';

/** The domain without its subdomain: what its owner registered. */
export function registrableDomain({ domain, subdomain }: Pick<Domain, 'domain' | 'subdomain'>): string {
  return subdomain === null ? domain : domain.slice(subdomain.length + 1);
}

/** The host name in full, without a trailing dot, of a record with this `hostname`. */
export function recordFqdn(hostname: string, domain: Pick<Domain, 'domain' | 'subdomain'>): string {
  return `${hostname}.${registrableDomain(domain)}`;
}

/** What is typed as the host of `fqdn` into the form of a zone; `@` for the zone's own name. */
export function relativeHost(fqdn: string, zone: string): string {
  if (fqdn === zone) return '@';
  return fqdn.endsWith(`.${zone}`) ? fqdn.slice(0, -zone.length - 1) : fqdn;
}
