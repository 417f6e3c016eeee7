import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueTurns } from '../../server/store/json/due-turns.ts';

interface Entry {
  readonly account: number;
  due: number;
  place: number;
}

test('each account’s earliest item comes first, and no account waits for two of another', () => {
  const step = fc.oneof(
    fc.record({ put: fc.nat({ max: 20 }), account: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ remove: fc.nat({ max: 100 }) }),
    fc.record({ takeAt: fc.nat({ max: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const turns = new DueTurns<Entry>();
      let model: Entry[] = [];
      /** By account: how often each other one was given something while it waited with something due. */
      const passedOver = new Map<number, Map<number, number>>();
      const dueOf = (account: number, now: number) =>
        model.filter((entry) => entry.account === account && entry.due <= now);
      for (const next of steps) {
        if ('put' in next) {
          const entry = { account: next.account, due: next.put, place: -1 };
          turns.put(entry);
          model.push(entry);
        } else if ('remove' in next) {
          const entry = model[next.remove % Math.max(1, model.length)];
          if (entry !== undefined) turns.remove(entry);
          model = model.filter((one) => one !== entry);
        } else {
          const now = next.takeAt;
          expect(turns.countDue(now)).toBe(model.filter((entry) => entry.due <= now).length);
          const taken = turns.take(now);
          const earliest = taken === undefined ? [] : dueOf(taken.account, now).map(({ due }) => due);
          expect(taken?.due).toBe(earliest.length === 0 ? undefined : Math.min(...earliest));
          if (taken === undefined) expect(model.filter((entry) => entry.due <= now)).toEqual([]);
          for (const account of [1, 2, 3, 4]) {
            const isWaiting =
              taken !== undefined && account !== taken.account && dueOf(account, now).length > 0;
            const counts = isWaiting ? (passedOver.get(account) ?? new Map()) : new Map();
            if (isWaiting) counts.set(taken.account, (counts.get(taken.account) ?? 0) + 1);
            // One that has just become due comes behind those that were waiting already.
            for (const count of counts.values()) expect(count).toBeLessThanOrEqual(2);
            passedOver.set(account, counts);
          }
          model = model.filter((entry) => entry !== taken);
        }
      }
    }),
  );
});
