import type { Instant } from '../../instant.ts';
import { isDropped } from '../dropped-check.ts';
import type { CheckEnd, CheckResult, CheckStore, EndingCheck, LatestDue } from '../interface/checks.ts';
import type { CheckTimes, DomainRef } from '../interface/domain-row.ts';
import type { JsonValue } from '../interface/events.ts';
import type { StoreLog } from '../store-log.ts';
import type { PendingTasks } from '../tasks.ts';
import { InTurn } from '../tasks.ts';
import type { Domains } from './domains.ts';
import type { Evidence } from './evidence.ts';
import type { Schedule } from './schedule.ts';

interface ChecksDeps {
  readonly tasks: PendingTasks;
  readonly domains: Domains;
  readonly schedule: Schedule;
  readonly evidence: Evidence;
  readonly log: StoreLog;
}

/** What checks read and write. Another check makes evidence and times again, so they are not fsynced. */
export class Checks implements CheckStore {
  readonly #deps: ChecksDeps;
  /** By domain: what two checks saw must not be mixed. */
  readonly #turns = new InTurn<number>();

  constructor(deps: ChecksDeps) {
    this.#deps = deps;
  }

  async claim(now: Instant, limit: number, lease: number): Promise<readonly DomainRef[]> {
    this.#deps.tasks.assertOpen();
    return this.#deps.schedule.claim(now, limit, lease);
  }

  finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd> {
    return this.#deps.tasks.serve(() => this.#turns.run(check.id, () => this.#finish(check, result)));
  }

  async listAhead(now: Instant, latest: LatestDue): Promise<readonly DomainRef[]> {
    const { tasks, schedule, domains } = this.#deps;
    tasks.assertOpen();
    const latestOf = (check: DomainRef) => (domains.isVerified(check) ? latest.verified : latest.unverified);
    return Array.from(schedule.ahead(now, latestOf));
  }

  async reschedule({ account, id }: DomainRef, times: CheckTimes): Promise<void> {
    this.#deps.tasks.assertOpen();
    this.#deps.schedule.note(account, id, times);
  }

  async countDue(now: Instant): Promise<number> {
    this.#deps.tasks.assertOpen();
    return this.#deps.schedule.countDue(now);
  }

  async evidence(account: number, id: number): Promise<JsonValue | undefined> {
    const row = await this.#deps.domains.get(account, id);
    return row === undefined ? undefined : this.#deps.evidence.read(account, id);
  }

  async #finish(check: EndingCheck, { evidence, change, times }: CheckResult): Promise<CheckEnd> {
    const { domains, schedule } = this.#deps;
    const { account, id, began } = check;
    const row = await domains.get(account, id);
    if (row === undefined) return { kind: 'gone' };
    if (isDropped(row, check)) return { kind: 'dropped', row };
    // Whoever hears of the change reads at once why it came.
    await this.#keepEvidence(check, evidence);
    const done = await domains.change(account, id, (current) =>
      isDropped(current, check) ? null : change(current),
    );
    if (done.kind !== 'written' && done.kind !== 'unchanged') return { kind: 'gone' };
    if (isDropped(done.row, check)) return { kind: 'dropped', row: done.row };
    schedule.note(account, id, { ...times(done.row), began_at: began });
    return { ...done, row: (await domains.get(account, id)) ?? done.row };
  }

  /** A check counts without its evidence, which the next one makes again. */
  async #keepEvidence({ account, id }: DomainRef, evidence: JsonValue): Promise<void> {
    const isThere = async () => (await this.#deps.domains.get(account, id)) !== undefined;
    try {
      await this.#deps.evidence.write(account, id, evidence, isThere);
    } catch (error) {
      this.#deps.log.warn({ account, domain: id, err: error }, 'evidence could not be written');
    }
  }
}
