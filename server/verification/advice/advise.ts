import type { Advice } from '@letterhead/shared';
import { registrableDomain } from '@letterhead/shared';
import { stateOf } from '../../records/record-states.ts';
import type { DomainRow } from '../../store/interface/domain-row.ts';
import type { AdviceEvidence } from '../evidence.ts';
import { boundAdvice } from '../stored-size.ts';
import { describeAdvice } from '../words/advice.ts';
import type { AdvicePlace } from './advice-finding.ts';
import { adviseOnDmarc } from './dmarc-advice.ts';
import { adviseOnMx } from './mx-advice.ts';
import { adviseOnSpf } from './spf-advice.ts';

/** What else would help the mail arrive. Nothing is said about what could not be found out. */
export function advise(row: DomainRow, evidence: AdviceEvidence): Advice[] {
  const place: AdvicePlace = {
    domain: row.domain,
    registrable: registrableDomain(row),
    returnPath: returnPathOf(row),
  };
  const findings = [
    adviseOnSpf(place, evidence.spf),
    adviseOnDmarc(place, evidence),
    adviseOnMx(evidence.mx),
  ].filter((finding) => finding !== null);
  return boundAdvice(findings.map((finding) => describeAdvice(finding, place)));
}

function returnPathOf(row: DomainRow): AdvicePlace['returnPath'] {
  const state = stateOf(row, 'return_path');
  if (state === undefined) return 'none';
  return state.verified ? 'verified' : 'not-verified';
}
