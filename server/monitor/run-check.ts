import type { Actor } from '@letterhead/shared';
import { toInstant } from '../instant.ts';
import type { RecordKey } from '../records/dns-records.ts';
import { RECORD_KEYS } from '../records/record-states.ts';
import type { DomainRow, DueCheck, NewEvent, Store } from '../store/store.ts';
import { advise } from '../verification/advice/advise.ts';
import type { CheckEvidence } from '../verification/evidence.ts';
import { readKeptDiagnosis, toKeptDiagnosis } from '../verification/kept-diagnosis.ts';
import { type CheckDeps, checkDomain } from '../verification/survey/check-domain.ts';
import { type Judgements, judge, type Verdicts } from '../verification/verdict.ts';
import { applyVerdicts } from './apply-verdicts.ts';
import type { CheckJob } from './check-job.ts';
import { dueRecords, firstCheckTimes, nextCheckTimes, postponeDue, RETRY_AFTER_FAILURE } from './schedule.ts';

/** What a check reads and writes. */
export type CheckStore = Pick<
  Store,
  'getDomain' | 'updateDomain' | 'readEvidence' | 'writeEvidence' | 'checkTimes' | 'noteCheckTimes'
>;

export interface RunCheckDeps extends CheckDeps {
  readonly store: CheckStore;
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

const MONITOR: Actor = { kind: 'monitor', token_id: null, address: null };

/**
 * One check from the row to what is kept of it: asks, judges, changes the domain, keeps the evidence and the next
 * due times. Returns the domain as it is then; undefined where there is none. Rejects where the store does.
 */
export async function runCheck(needs: RunCheckDeps, job: CheckJob): Promise<DomainRow | undefined> {
  const { store, clock } = needs;
  const { account, id } = job.target;
  const started = clock();
  try {
    const row = await store.getDomain(account, id);
    const asker = job.begin();
    if (row === undefined) return undefined;
    const keys = asker === null ? dueRecords(store.checkTimes(account, id), started) : RECORD_KEYS;
    if (keys.length === 0) return nothingDue(needs, row);
    const evidence = await checkDomain(needs, row, keys, job.signal);
    if (job.cancelled) return undefined;
    return await keep(needs, row, evidence, { asker, keys, started });
  } catch (error) {
    needs.observer.failed(job.target, error);
    retryLater(needs, job.target, started);
    throw error;
  }
}

/** Somebody's own check came first. The store holds the domain back until it is told its times, if only again. */
function nothingDue({ store, clock, random }: RunCheckDeps, row: DomainRow): DomainRow {
  const times = store.checkTimes(row.account_id, row.id);
  store.noteCheckTimes(row.account_id, row.id, times ?? nextCheckTimes(row, [], times, clock(), random));
  return row;
}

/** How a check came about. */
interface CheckTrigger {
  /** Null: it was due. */
  readonly asker: Actor | null;
  readonly keys: readonly RecordKey[];
  readonly started: Date;
}

async function keep(
  needs: RunCheckDeps,
  row: DomainRow,
  evidence: CheckEvidence,
  { asker, keys, started }: CheckTrigger,
): Promise<DomainRow | undefined> {
  const { store, clock, random } = needs;
  const verdicts = judge(row, evidence);
  const now = clock();
  const apply = (current: DomainRow) =>
    applyVerdicts(current, verdicts, asker === null ? 'monitor' : 'verify', now, asker ?? MONITOR);
  // First the diagnosis: whoever hears of the change reads at once why it came.
  await keepDiagnosis(needs, apply(row)?.row ?? row, evidence, verdicts);
  let events: readonly NewEvent[] = [];
  const change = await store.updateDomain(row.account_id, row.id, (current) => {
    const applied = current.selector === row.selector ? apply(current) : null;
    events = applied?.events ?? [];
    return applied;
  });
  if (change.kind !== 'written' && change.kind !== 'unchanged') return undefined;
  const after = change.row;
  if (after.selector !== row.selector) {
    // Renamed meanwhile: what was seen is of a record that nobody should publish any more.
    store.noteCheckTimes(row.account_id, row.id, firstCheckTimes(after, random));
    return after;
  }
  const times = store.checkTimes(row.account_id, row.id);
  store.noteCheckTimes(row.account_id, row.id, nextCheckTimes(after, keys, times, now, random));
  needs.observer.checked({
    row: after,
    asked: asker !== null,
    verdicts,
    events,
    ms: now.getTime() - started.getTime(),
  });
  return after;
}

/**
 * The next check makes it again: one whose diagnosis could not be kept still counts. Of a domain that is gone or
 * renamed meanwhile nothing is kept. `row`: as the check leaves it.
 */
async function keepDiagnosis(
  { store, observer }: RunCheckDeps,
  row: DomainRow,
  evidence: CheckEvidence,
  judgements: Judgements,
): Promise<void> {
  const { account_id, id, selector } = row;
  try {
    if ((await store.getDomain(account_id, id))?.selector !== selector) return;
    const previous = readKeptDiagnosis(row, await store.readEvidence(account_id, id));
    const advice = advise(row, evidence.advice);
    await store.writeEvidence(account_id, id, toKeptDiagnosis(previous, selector, judgements, advice));
  } catch (error) {
    observer.failed({ account: account_id, id }, error);
  }
}

/** A check that could not be kept is made again soon; without this, the store would hold the domain back. */
function retryLater({ store }: RunCheckDeps, { account, id }: DueCheck, now: Date): void {
  const soon = toInstant(new Date(now.getTime() + RETRY_AFTER_FAILURE));
  const later = postponeDue(store.checkTimes(account, id), now, () => soon);
  store.noteCheckTimes(account, id, later);
}
