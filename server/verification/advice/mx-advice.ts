import type { AdviceEvidence } from '../evidence.ts';
import type { AdviceFinding } from './advice-finding.ts';

/** Null: replies have somewhere to land, or the DNS did not say. */
export function adviseOnMx(mx: AdviceEvidence['mx']): AdviceFinding | null {
  if (mx.kind === 'unknown') return null;
  const { values, cname } = mx.kind === 'present' ? mx : { values: [], cname: null };
  if (values.some((value) => !isNullMx(value))) return null;
  return { code: 'MX_MISSING', action: null, isNullMx: values.length > 0, alias: cname };
}

/** `0 .`: the exchange is the root (RFC 7505). */
function isNullMx(value: string): boolean {
  const [, exchange = ''] = value.split(' ');
  return exchange === '' || exchange === '.';
}
