import { type DiagnosisCode, type DomainStatus, worstOf } from '@letterhead/shared';
import { dnsRecordsOf, type ExpectedRecord } from '../records/dns-records.ts';
import { dkimStateOf, stateOf } from '../records/record-states.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import { checkDates } from './diagnose.ts';
import { statusOf } from './record-state.ts';
import { severityOf } from './severity.ts';

type Found = Pick<DomainStatus, 'code' | 'severity'>;

/** Where a domain stands, from its row alone: the evidence of its last check is not read. */
export function domainStatus(row: DomainRow, now: Date): DomainStatus {
  return {
    id: row.id,
    domain: row.domain,
    status: statusOf(dkimStateOf(row), now),
    ...worstFinding(row, now),
    ...checkDates(row.checks),
  };
}

/** What the last check found of the record that is worst. */
function worstFinding(row: DomainRow, now: Date): Found {
  const codes = row.checks?.codes ?? {};
  return worstOf(dnsRecordsOf(row).map((record) => findingOf(row, record, codes[record.id], now)));
}

function findingOf(
  row: DomainRow,
  record: ExpectedRecord,
  code: DiagnosisCode | undefined,
  now: Date,
): Found {
  if (code === undefined || code === 'NOT_CHECKED') return { code: 'NOT_CHECKED', severity: 'info' };
  return { code, severity: severityOf(code, record, stateOf(row, record.id), now) };
}
