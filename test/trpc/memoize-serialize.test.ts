import fc from 'fast-check';
import superjson from 'superjson';
import { expect, test } from 'vitest';
import { memoizedSerialize, serializeList } from '../../server/trpc/memoize-serialize.ts';
import { Turns } from '../../server/turns.ts';

const name = fc.oneof(fc.constantFrom('a', 'a.b', 'c\\d', 'e\\.f', ''), fc.string({ maxLength: 5 }));
const safeName = name.filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.date({ noInvalidDate: true }),
    fc.constantFrom(undefined, null, Number.NaN, -0, true),
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(safeName, tie('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;
const list = fc.array(fc.dictionary(safeName, value, { maxKeys: 4, noNullPrototype: true }), {
  maxLength: 120,
});

/** Which values are one and the same is not said: each is read as a copy. */
const withoutEqualities = ({ json, meta }: ReturnType<typeof superjson.serialize>) => ({
  json,
  values: meta?.values,
});

test('a list that is serialized ahead reads as superjson would have written it', async () => {
  await fc.assert(
    fc.asyncProperty(list, async (answer) => {
      const expected = superjson.serialize(answer);
      await serializeList(answer, new Turns());
      const written = memoizedSerialize(answer);
      expect(withoutEqualities(written)).toEqual(withoutEqualities(expected));
      // Not `answer` itself: of names with a backslash before a dot, superjson reads some as others.
      expect(superjson.parse(JSON.stringify(written))).toEqual(superjson.parse(JSON.stringify(expected)));
    }),
    { numRuns: 200 },
  );
});
