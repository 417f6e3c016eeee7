import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { digestMessage } from '@letterhead/shared/message';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineEnds } from '../../shared/line-ends.ts';
import { RelaxedBody } from '../../shared/relaxed-body.ts';

// It has no types.
const { dkimBody } = createRequire(import.meta.url)('mailauth/lib/dkim/body/index.js');

/** Cuts octets into pieces of these lengths, over and over. */
function* cut(octets: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < octets.length; turn++) {
    const length = lengths[turn % lengths.length] ?? octets.length;
    yield octets.subarray(at, at + length);
    at += length;
  }
}

function canonical(pieces: Iterable<Buffer>): Buffer {
  const parts: Buffer[] = [];
  const body = new RelaxedBody({ update: (octets) => parts.push(Buffer.from(octets)) }, new LineEnds());
  for (const piece of pieces) body.push(piece);
  body.end();
  return Buffer.concat(parts);
}

function hashOfMailauth(body: Buffer): string {
  const hasher = dkimBody('relaxed', 'sha256', false);
  hasher.update(body);
  return hasher.digest('base64');
}

const word = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(' ', '  ', '\t', ' \t', 'a', 'Wörter', '.', '\v\f', '\x01', 'ÿ\u00a0'),
  },
  { weight: 1, arbitrary: fc.nat(40_000).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.nat(40_000).map((length) => ' '.repeat(length)) },
);
const line = fc.array(word, { maxLength: 5 }).map((words) => words.join(''));
const emptyLines = fc.nat(2_000).map((count) => Array<string>(count).fill(''));
const lines = fc
  .array(fc.oneof({ weight: 8, arbitrary: line.map((one) => [one]) }, { weight: 1, arbitrary: emptyLines }), {
    maxLength: 12,
  })
  .map((groups) => groups.flat());
const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 50_000 })), {
  minLength: 1,
  maxLength: 4,
});

test('a body has the hash that mailauth gives it, with CRLF and with LF, however it is cut into pieces', () => {
  fc.assert(
    fc.property(lines, fc.constantFrom('\r\n', '\n'), pieces, (text, lineEnd, lengths) => {
      const body = Buffer.from(text.join(lineEnd));
      const digest = createHash('sha256')
        .update(canonical(cut(body, lengths)))
        .digest('base64');
      expect(digest).toBe(hashOfMailauth(body));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['no body', '', ''],
  ['one empty line', '\r\n', ''],
  ['a thousand empty lines', '\r\n'.repeat(1_000), ''],
  ['lines of white space', ' \r\n\t\r\n \t ', ''],
  ['the example of RFC 6376, section 3.4.5', ' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
  ['no line end at the end', 'a', 'a\r\n'],
  ['white space at the end, without a line end', 'a \t', 'a\r\n'],
  ['empty lines at the beginning', '\r\n\r\na\r\n', '\r\n\r\na\r\n'],
  ['LF throughout', 'a\n\n b\n\n', 'a\r\n\r\n b\r\n'],
  ['lines that begin with a dot', '.\r\n..\r\n', '.\r\n..\r\n'],
])('the canonical form of %s', (_what, body, expected) => {
  expect(canonical([Buffer.from(body)]).toString()).toBe(expected);
});

test('two thousand empty lines before the last word are kept', () => {
  const body = Buffer.from(`a${'\n'.repeat(2_000)}b`);
  expect(canonical([body]).toString()).toBe(`a${'\r\n'.repeat(2_000)}b\r\n`);
});

const HEAD = 'From: a@example.org\r\n';

test.each([
  ['a NUL in the headers', 'From: a\0@example.org\r\n\r\nx', 'headers', /NUL/],
  ['a NUL in the body', `${HEAD}\r\na\0b`, 'body', /NUL/],
  ['a CR alone in the headers', 'From: a@example.org\rTo: b\r\n\r\nx', 'headers', /CR without an LF/],
  ['a CR alone in the body', `${HEAD}\r\na\rb`, 'body', /CR without an LF/],
  ['a CR at the end of the body', `${HEAD}\r\na\r`, 'body', /CR without an LF/],
  ['two CRs before an LF', `${HEAD}\r\na\r\r\n`, 'body', /CR without an LF/],
  ['a CR before a space', `${HEAD}\r\na\r b`, 'body', /CR without an LF/],
  [
    'mixed line ends in the headers',
    'From: a@example.org\nTo: b\r\n\r\nx',
    'headers',
    /CRLF and lines that end in LF/,
  ],
  ['headers with CRLF and a body with LF', `${HEAD}\r\na\nb`, 'body', /CRLF and lines that end in LF/],
  [
    'a message without an end of its headers',
    `${HEAD}To: b@example.net\r\n`,
    'headers',
    /empty line after them/,
  ],
  ['an empty message', '', 'headers', /empty line after them/],
  ['headers over 32 KiB', `${HEAD}X: ${'x'.repeat(32 * 1024)}\r\n\r\n`, 'headers', /over 32 KiB/],
])('%s: it is refused, however it is cut into pieces', async (_what, message, part, sentence) => {
  for (const lengths of [[1], [message.length || 1]]) {
    await expect(digestMessage(cut(Buffer.from(message), lengths))).rejects.toMatchObject({
      code: 'not_signable',
      message: expect.stringMatching(sentence),
      errors: { [part]: [expect.stringMatching(sentence)] },
    });
  }
});
