import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../../server/store/json/disk/json-file.ts';

test('JSON text in parts is what JSON.stringify writes, whatever the data, and when written again', () => {
  const texts = new WeakMap();
  const data = fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { minLength: 15, maxLength: 40 })),
    { minKeys: 1 },
  );
  fc.assert(
    fc.property(data, (content) => {
      const text = `${JSON.stringify(content, null, 2)}\n`;
      expect([...jsonText(content, texts)].join('')).toBe(text);
      expect([...jsonText(content, texts)].join('')).toBe(text);
    }),
  );
});
