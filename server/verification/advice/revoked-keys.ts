import type { Advice } from '@letterhead/shared';
import { registrableDomain } from '@letterhead/shared';
import { checkedRecordsOf } from '../../records/dns-records.ts';
import type { DomainRow } from '../../store/interface/domain-row.ts';
import { describeAdvice } from '../words/advice.ts';

/** The records of revoked keys that have not been seen to be gone. */
export function adviseOnRevokedKeys(row: DomainRow): Advice[] {
  const place = { domain: row.domain, registrable: registrableDomain(row), returnPath: 'none' } as const;
  return checkedRecordsOf(row).flatMap((record) => {
    if (record.kind !== 'dkim' || record.keyState !== 'revoked') return [];
    return [describeAdvice({ code: 'REVOKED_KEY', action: null, host: record.hostname }, place)];
  });
}
