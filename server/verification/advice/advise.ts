import type { Advice } from '@letterhead/shared';
import type { DomainRow } from '../../store/store.ts';
import type { AdviceEvidence } from '../evidence.ts';
import { registrableDomain } from '../published-record.ts';
import { boundAdvice } from '../stored-size.ts';
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
  return boundAdvice(
    [
      adviseOnSpf(place, evidence.spf),
      adviseOnDmarc(place, evidence.dmarc),
      adviseOnMx(place, evidence.mx),
    ].filter((advice) => advice !== null),
  );
}

/** The domain that advice is about. */
export interface AdvicePlace {
  readonly domain: string;
  readonly registrable: string;
  /** Once it is verified, bounces go to an address of our own: receivers look at our SPF record, not at this domain's. */
  readonly returnPath: 'none' | 'not-verified' | 'verified';
}

function returnPathOf({ return_path }: DomainRow): AdvicePlace['returnPath'] {
  if (return_path === null) return 'none';
  return return_path.verified ? 'verified' : 'not-verified';
}
