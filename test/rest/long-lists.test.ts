import { expect, test } from 'vitest';
import { envelope } from '../../server/rest/envelope.ts';
import { Turns } from '../../server/turns.ts';

const LONG = 'a'.repeat(1_000);

function makeElements() {
  return Array.from({ length: 100 }, (_, id) => ({ id, text: LONG }));
}

test('a long list is put together once while its elements stay the same', async () => {
  const elements = makeElements();
  const first = await envelope(elements, new Turns());
  expect(await envelope([...elements], new Turns())).toBe(first);
});

test('a long list of which one element has changed is not answered with what it was', async () => {
  const elements = makeElements();
  await envelope(elements, new Turns());
  for (const changed of [
    elements.with(50, { id: 50, text: 'b' }),
    elements.slice(1),
    [...elements, { id: 100, text: 'b' }],
  ]) {
    const answer = await envelope(changed, new Turns());
    expect(JSON.parse(answer.toString())).toEqual({ data: changed });
  }
});
