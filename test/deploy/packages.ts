import { isInstalled } from '../engines/engine.ts';

/** Debian's package of each program that these tests run. */
const PACKAGES: Readonly<Record<string, string>> = {
  caddy: 'caddy',
  nginx: 'nginx-light',
  openssl: 'openssl',
  setpriv: 'util-linux',
  'systemd-analyze': 'systemd',
};

/** What keeps the tests of `deploy/` from running on this machine; null if nothing does. */
export function whatDeployLacks(): string | null {
  const missing = Object.entries(PACKAGES).filter(([program]) => !isInstalled(program));
  return missing.length === 0
    ? null
    : missing.map(([program, name]) => `no ${program} (Debian's ${name})`).join(', ');
}
