import type { Advice } from '@letterhead/shared';
import type { AdviceEvidence } from '../evidence.ts';
import type { AdvicePlace } from './advice-place.ts';

/** Null: replies have somewhere to land, or the DNS did not say. */
export function adviseOnMx({ domain }: AdvicePlace, mx: AdviceEvidence['mx']): Advice | null {
  if (mx.kind === 'unknown') return null;
  if (mx.kind === 'present' && mx.values.some((value) => !isNullMx(value))) return null;
  return {
    code: 'MX_MISSING',
    severity: 'warning',
    title: 'Replies have nowhere to land',
    detail:
      mx.kind === 'present'
        ? `${domain} says that it takes no mail (a null MX, RFC 7505): replies to its addresses are refused.`
        : `${domain} has no MX record: replies to its addresses are likely lost.`,
    fix: `Where replies to addresses of ${domain} should arrive, publish an MX record for ${domain} that names your mail server.`,
  };
}

/** `0 .`: the exchange is the root. */
function isNullMx(value: string): boolean {
  const [, exchange = ''] = value.split(' ');
  return exchange === '' || exchange === '.';
}
