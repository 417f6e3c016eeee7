import { isInstalled } from './engine.ts';

/** Debian's package of each program that these tests run. */
const PACKAGES: Readonly<Record<string, string>> = {
  knotd: 'knot',
  named: 'bind9',
  'dnssec-signzone': 'bind9-utils',
  dig: 'bind9-dnsutils',
  nsd: 'nsd',
  unbound: 'unbound',
  dnsmasq: 'dnsmasq-base',
  ip: 'iproute2',
  setpriv: 'util-linux',
};

/** What keeps the tests with real name servers from running on this machine; null if nothing does. */
export function whatEnginesLack(): string | null {
  const missing = Object.entries(PACKAGES).filter(([program]) => !isInstalled(program));
  if (missing.length > 0)
    return missing.map(([program, name]) => `no ${program} (Debian's ${name})`).join(', ');
  return process.getuid?.() === 0 ? null : 'only root may listen on port 53';
}
