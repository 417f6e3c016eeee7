import superjson from 'superjson';

type Written = ReturnType<typeof superjson.serialize>;

/** What superjson makes of answers, by identity. */
const written = new WeakMap<object, Written>();

/** superjson of an answer. Answers are made once for each row and never change, so each is written once. */
export function serializeOnce(answer: unknown): Written {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    return superjson.serialize(answer);
  let known = written.get(answer);
  if (known === undefined) {
    known = superjson.serialize(answer);
    written.set(answer, known);
  }
  return known;
}
