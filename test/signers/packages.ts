import { isInstalled } from '../engines/engine.ts';

/** Debian's package of each program that these tests run. */
const PACKAGES: Readonly<Record<string, string>> = {
  rspamd: 'rspamd',
  opendkim: 'opendkim',
  'opendkim-genkey': 'opendkim-tools',
  exim: 'exim4-daemon-light',
};

/** What keeps the tests with real signers from running on this machine; null if nothing does. */
export function whatSignersLack(): string | null {
  const missing = Object.entries(PACKAGES).filter(([program]) => !isInstalled(program));
  if (missing.length === 0) return null;
  return missing.map(([program, name]) => `no ${program} (Debian's ${name})`).join(', ');
}
