import { type DiagnosisCode, LetterheadError } from '@letterhead/shared';
import { MONITOR } from '../actors.ts';
import { instantAfter, toInstant } from '../instant.ts';
import { activeKeyOf, dkimStateOf } from '../records/record-states.ts';
import type { DueCheck } from '../store/interface/checks.ts';
import type { ByRecord, DomainRow, RecordId } from '../store/interface/domain-row.ts';
import type { NewEvent } from '../store/interface/events.ts';
import type { Store } from '../store/store.ts';
import { advise } from '../verification/advice/advise.ts';
import type { CheckEvidence } from '../verification/evidence.ts';
import { readKeptDiagnosis, silenceOf, toKeptDiagnosis } from '../verification/kept-diagnosis.ts';
import { type CheckDeps, checkDomain } from '../verification/survey/check-domain.ts';
import { judge, type Verdicts } from '../verification/verdict.ts';
import { applyVerdicts } from './apply-verdicts.ts';
import type { CheckJob, CheckRequest } from './check-job.ts';
import { dueRecords, firstCheckTimes, nextCheckTimes, postponeDue, RETRY_AFTER_FAILURE } from './schedule.ts';

export interface RunCheckDeps extends CheckDeps {
  /** What a check reads and writes. */
  readonly store: Pick<Store, 'domains' | 'checks'>;
  readonly observer: CheckObserver;
}

/** Who wants to know how checks go: the log and the metrics. */
export interface CheckObserver {
  checked(report: CheckReport): void;
  /** A check could not be kept, or its evidence could not; null: none could be started. It is tried again. */
  failed(target: DueCheck | null, error: unknown): void;
}

export interface CheckReport {
  /** As it is after the check. */
  readonly row: DomainRow;
  /** By request, or because it was due. */
  readonly asked: boolean;
  readonly verdicts: Verdicts;
  /** What the check changed; mostly nothing. */
  readonly events: readonly NewEvent[];
  readonly ms: number;
}

const DUE = { mode: 'monitor', actor: MONITOR } as const;

/**
 * One check from the row to what is kept of it: asks, judges, changes the domain, keeps the evidence and the next
 * due times. Returns the domain as it is then; undefined where there is none. Rejects where the store does.
 */
export async function runCheck(deps: RunCheckDeps, job: CheckJob): Promise<DomainRow | undefined> {
  const { store, clock } = deps;
  const { account, id } = job.target;
  const started = clock();
  try {
    const row = await store.domains.get(account, id);
    const request = job.begin();
    if (row === undefined) return undefined;
    const ids = request === null ? dueRecords(row, started) : row.records.map(({ id }) => id);
    if (ids.length === 0) return await nothingDue(deps, row);
    const options = { signal: job.signal, reusesAnswers: request === null };
    const evidence = await checkDomain(deps, row, ids, options);
    if (job.cancelled) return undefined;
    return await saveResult(deps, row, evidence, { request, ids, started });
  } catch (error) {
    deps.observer.failed(job.target, error);
    await retryLater(deps, job.target, started);
    throw error;
  }
}

/** Handles a due check that a requested one has made already: rescheduling, even to the same times, ends the claim. */
async function nothingDue({ store, random }: RunCheckDeps, row: DomainRow): Promise<DomainRow> {
  const times = row.checks ?? firstCheckTimes(row, random);
  await store.checks.reschedule({ account: row.account_id, id: row.id }, times);
  return row;
}

/** How a check came about. */
export interface CheckTrigger {
  /** Null: it was due. */
  readonly request: CheckRequest | null;
  readonly ids: readonly RecordId[];
  readonly started: Date;
}

/** Keeps what a check of a domain saw. Undefined: there is no such domain any more. */
export async function saveResult(
  deps: RunCheckDeps,
  row: DomainRow,
  evidence: CheckEvidence,
  { request, ids, started }: CheckTrigger,
): Promise<DomainRow | undefined> {
  const { store, clock, random } = deps;
  const { account_id: account, id } = row;
  const { selector } = activeKeyOf(row);
  const verdicts = judge(row, evidence.records);
  const now = clock();
  const previous = readKeptDiagnosis(row, await readEvidence(store, account, id));
  const kept = toKeptDiagnosis(previous, row, verdicts, advise(row, evidence.advice));
  const silence = silenceOf(dkimStateOf(row).id, previous, kept);
  const end = await store.checks.finish(
    { account, id, selector, began: toInstant(started) },
    {
      evidence: kept,
      change: (current) =>
        applyVerdicts(current, verdicts, {
          ...(request ?? DUE),
          began: started,
          ended: now,
          silence,
          before: previous,
          found: kept,
        }),
      times: (after) => ({
        ...nextCheckTimes(after, ids, now, random, silence),
        codes: codesAfter(after, verdicts),
      }),
    },
  );
  if (end.kind === 'gone') return undefined;
  if (end.kind !== 'dropped') {
    deps.observer.checked({
      row: end.row,
      asked: request !== null,
      verdicts,
      events: end.kind === 'written' ? end.events : [],
      ms: now.getTime() - started.getTime(),
    });
  }
  return end.row;
}

/** What is known of each record after a check: one that it did not include keeps its code. */
function codesAfter({ records, checks }: DomainRow, verdicts: Verdicts): ByRecord<DiagnosisCode> {
  const codes = records.flatMap(({ id }) => {
    const code = verdicts[id]?.code ?? checks?.codes[id];
    return code === undefined ? [] : [[id, code]];
  });
  return Object.fromEntries(codes);
}

/** Undefined where the store cannot read it now: the check replaces what it has looked at. */
async function readEvidence(store: RunCheckDeps['store'], account: number, id: number) {
  return store.checks.evidence(account, id).catch((error: unknown) => {
    if (error instanceof LetterheadError) return undefined;
    throw error;
  });
}

/** Reschedules a check whose result could not be stored. If that fails too, the claim expires with its lease. */
async function retryLater({ store }: RunCheckDeps, target: DueCheck, now: Date): Promise<void> {
  const soon = instantAfter(now, RETRY_AFTER_FAILURE);
  try {
    const row = await store.domains.get(target.account, target.id);
    if (row !== undefined) await store.checks.reschedule(target, postponeDue(row, now, soon));
  } catch {
    // The error of the check itself says why.
  }
}
