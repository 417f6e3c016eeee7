import { existsSync } from 'node:fs';
import { whatSignersLack } from '../signers/packages.ts';

/** Debian's package, unpacked: it can't be installed beside Exim. */
export const POSTFIX = '/opt/postfix/usr/lib/postfix';

/** What keeps the tests with Postfix from running on this machine; null if nothing does. */
export function whatPostfixLacks(): string | null {
  if (process.getuid?.() !== 0) return 'Postfix starts as root alone';
  if (!existsSync(POSTFIX)) return `no Postfix at ${POSTFIX} (see .ci/run)`;
  return whatSignersLack();
}
