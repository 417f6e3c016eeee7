import { randomBytes } from 'node:crypto';
import type { Diagnosis, RecordDiagnosis } from '@letterhead/shared';
import { registrableDomain } from '@letterhead/shared';
import type { Dns } from '../../server/dns/outcome.ts';
import { dnsRecordOf } from '../../server/records/dns-records.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { advise } from '../../server/verification/advice/advise.ts';
import { diagnose } from '../../server/verification/diagnose.ts';
import { findCode } from '../../server/verification/diagnosis/codes.ts';
import type { Finding } from '../../server/verification/diagnosis/finding.ts';
import { toRuleInput } from '../../server/verification/diagnosis/rule-input.ts';
import type { CheckEvidence } from '../../server/verification/evidence.ts';
import { readKeptDiagnosis, toKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import type { StoredDiagnosis } from '../../server/verification/stored-diagnosis.ts';
import { checkDomain } from '../../server/verification/survey/check-domain.ts';
import { judge, type Verdicts } from '../../server/verification/verdict.ts';
import { createLoopbackDns, IMPATIENT } from '../dns/loopback-check.ts';
import { type LoopbackDns, type LoopbackDnsOptions, startLoopbackDns } from '../dns/loopback-dns.ts';

export interface SeenCheck {
  readonly evidence: CheckEvidence;
  readonly verdicts: Verdicts;
  readonly diagnosis: Diagnosis;
  readonly dkim: RecordDiagnosis;
  /** What was found out about the DKIM record, before it was put into words. */
  readonly finding: Finding;
  /** Absent where the domain has none. */
  readonly returnPath: RecordDiagnosis | undefined;
}

/** Name servers on loopback, and the checks that are made against them. */
export class CheckFixture implements AsyncDisposable {
  readonly servers: LoopbackDns;
  readonly dns: Dns;
  now = new Date('2026-01-01T01:00:00Z');
  /** Whether the stored private key is that of the published one. */
  keyMatches = true;
  #stored: StoredDiagnosis | undefined;

  private constructor(servers: LoopbackDns, allowPrivate: boolean) {
    this.servers = servers;
    this.dns = createLoopbackDns(servers, { ...IMPATIENT, allowPrivate });
  }

  static async set(options: LoopbackDnsOptions & { allowPrivate?: boolean } = {}): Promise<CheckFixture> {
    return new CheckFixture(await startLoopbackDns(options), options.allowPrivate ?? true);
  }

  /** Checks all records as the monitor would, keeps what it found out as the store would, and reads the diagnosis. */
  async check(row: DomainRow, signal: AbortSignal = new AbortController().signal): Promise<SeenCheck> {
    const needs = {
      dns: this.dns,
      clock: () => this.now,
      random: randomBytes,
      proveKey: async () => this.keyMatches,
    };
    const evidence = await checkDomain(
      needs,
      row,
      row.records.map(({ id }) => id),
      { signal },
    );
    const verdicts = judge(row, evidence.records);
    const kept = toKeptDiagnosis(this.#stored, row, verdicts, advise(row, evidence.advice));
    this.#stored = readKeptDiagnosis(row, JSON.parse(JSON.stringify(kept)));
    const diagnosis = diagnose(row, this.#stored, this.now);
    const [dkim, returnPath] = diagnosis.records;
    if (dkim === undefined) throw new Error('a diagnosis without a DKIM record');
    return { evidence, verdicts, diagnosis, dkim, finding: findingOf(row, evidence), returnPath };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.servers[Symbol.asyncDispose]();
  }
}

function findingOf(row: DomainRow, { records }: CheckEvidence): Finding {
  const id = row.records[0]?.id ?? 'dkim:1';
  const [record, seen] = [dnsRecordOf(row, id), records[id]];
  if (record === undefined || seen === undefined) throw new Error('a check of no DKIM record');
  return findCode(toRuleInput(record, registrableDomain(row), seen));
}
