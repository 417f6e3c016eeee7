import { expect, test } from 'vitest';
import type { OpenFile } from '../../server/store/json/disk/file-system.ts';
import { eventLine, logHeader, offsetAfter } from '../../server/store/json/event-lines.ts';
import { event } from './rows.ts';

const line = (id: number) => eventLine({ id, ...event('domain.created') });

test('a backup leaves out the events that are appended to a log while it looks for the log’s end', async () => {
  const before = logHeader(1) + line(1) + line(2);
  let content = Buffer.from(before);
  const unused = () => Promise.reject(new Error('A backup only reads.'));
  const growing: OpenFile = {
    async read(into, position) {
      const length = content.copy(into, 0, position);
      content = Buffer.concat([content, Buffer.from(line(3))]);
      return length;
    },
    size: async () => content.length,
    write: unused,
    truncate: unused,
    sync: unused,
    [Symbol.asyncDispose]: unused,
  };
  expect(await offsetAfter(growing, 2)).toBe(before.length);
});
