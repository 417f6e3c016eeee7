import { isDropped } from '../dropped-check.ts';
import type { CheckEnd, CheckResult, CheckStore, EndingCheck } from '../interface/checks.ts';
import type { DomainRef } from '../interface/domain-row.ts';
import { InTurn } from '../tasks.ts';
import type { Domains } from './domains.ts';
import type { StoreParts } from './parts.ts';

/** What checks read and write. Another check makes evidence and times again, so they are not fsynced. */
export function checksIn({ tasks, schedule, evidence, log }: StoreParts, domains: Domains): CheckStore {
  /** By domain: what two checks saw must not be mixed. */
  const turns = new InTurn<number>();

  const finish = async (check: EndingCheck, result: CheckResult): Promise<CheckEnd> => {
    const { account, id, began } = check;
    const row = await domains.get(account, id);
    if (row === undefined) return { kind: 'gone' };
    if (isDropped(row, check)) return { kind: 'dropped', row };
    // Before the change, because whoever hears of that reads at once why it came. A check counts without its evidence.
    const isThere = async () => (await domains.get(account, id)) !== undefined;
    await evidence.write(account, id, result.evidence, isThere).catch((error: unknown) => {
      log.warn({ account, domain: id, err: error }, 'evidence could not be written');
    });
    const done = await domains.change(account, id, (current) =>
      isDropped(current, check) ? null : result.change(current),
    );
    if (done.kind !== 'written' && done.kind !== 'unchanged') return { kind: 'gone' };
    if (isDropped(done.row, check)) return { kind: 'dropped', row: done.row };
    schedule.note(account, id, { ...result.times(done.row), began_at: began });
    return { ...done, row: (await domains.get(account, id)) ?? done.row };
  };

  return {
    claim: (now, limit, lease) => tasks.look(() => schedule.claim(now, limit, lease)),

    finish: (check, result) => tasks.serve(() => turns.run(check.id, () => finish(check, result))),

    listAhead: (now, { verified, unverified }) =>
      tasks.look(() => {
        const latestOf = (check: DomainRef) => (domains.isVerified(check) ? verified : unverified);
        return Array.from(schedule.ahead(now, latestOf));
      }),

    reschedule: ({ account, id }, times) => tasks.look(() => schedule.note(account, id, times)),

    countDue: (now) => tasks.look(() => schedule.countDue(now)),

    async evidence(account, id) {
      const row = await domains.get(account, id);
      return row === undefined ? undefined : evidence.read(account, id);
    },
  };
}
