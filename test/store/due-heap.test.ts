import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueHeap } from '../../server/store/json/due-turns.ts';

test('a heap gives the same order as a sorted list, whatever was put in and taken out', () => {
  const step = fc.oneof(
    fc.record({ put: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ remove: fc.nat({ max: 100 }) }),
    fc.record({ countAt: fc.integer({ min: 0, max: 50 }) }),
    fc.constant({ first: true as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new DueHeap();
      let model: { due: number; place: number }[] = [];
      for (const next of steps) {
        if ('put' in next) {
          const entry = { due: next.put, place: -1 };
          heap.put(entry);
          model.push(entry);
        } else if ('remove' in next) {
          const entry = model[next.remove % Math.max(1, model.length)];
          if (entry === undefined) continue;
          heap.remove(entry);
          heap.remove(entry);
          model = model.filter((one) => one !== entry);
        } else if ('countAt' in next) {
          expect(heap.countDue(next.countAt)).toBe(model.filter((entry) => entry.due <= next.countAt).length);
        } else {
          const earliest = model.length === 0 ? undefined : Math.min(...model.map((entry) => entry.due));
          expect(heap.first?.due).toBe(earliest);
        }
      }
    }),
  );
});
