import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findPngFault } from '../../server/auth/png.ts';
import { LOGO_LIMITS } from '../../server/limits.ts';
import { chunk, END, type Picture, picture, pixels } from './picture.ts';

const DATA = pixels(64);
const PALETTE = chunk('PLTE', Buffer.alloc(6));
const TEXT = chunk('tEXt', Buffer.from('Software\0a camera'));

const GOOD: [string, Partial<Picture>][] = [
  ['a plain square', {}],
  ['the largest one', { width: LOGO_LIMITS.side }],
  ['one in several pieces of data', { chunks: [DATA, DATA, END] }],
  [
    'one with a palette and what belongs around it',
    { color: 3, chunks: [chunk('gAMA'), chunk('pHYs'), PALETTE, chunk('tRNS'), DATA, END] },
  ],
  [
    'one in colors with a transparent one before their profile',
    { color: 2, chunks: [chunk('tRNS'), chunk('iCCP'), DATA, END] },
  ],
  [
    'one with text before and after the data',
    { chunks: [TEXT, chunk('eXIf'), DATA, chunk('tIME'), TEXT, END] },
  ],
  ['an interlaced one in one bit', { color: 0, depth: 1, interlace: 1 }],
];

test.each(GOOD)('a PNG is taken: %s', (_name, of) => {
  expect(findPngFault(picture(of))).toBeNull();
});

test('the picture of the README is a PNG, but too large for a logo', () => {
  const screenshot = readFileSync(new URL('../../docs/domain-doubled-host.png', import.meta.url));
  expect(findPngFault(screenshot)).toBe('it is too large');
});

const ORDER = 'its parts are not those of a plain PNG, in their order';
const CUT = 'it is cut off, or has something after its end';
const FORMAT = 'its header names a format that PNG does not have';
const BAD: [string, Partial<Picture>, string][] = [
  ['no data', { chunks: [END] }, ORDER],
  ['no end', { chunks: [DATA] }, ORDER],
  ['an end with content', { chunks: [DATA, chunk('IEND', Buffer.from('x'))] }, ORDER],
  ['data after the end', { chunks: [END, DATA, END] }, ORDER],
  ['data in two places', { chunks: [DATA, TEXT, DATA, END] }, ORDER],
  ['two palettes', { color: 3, chunks: [PALETTE, PALETTE, DATA, END] }, ORDER],
  ['a palette after the data', { color: 3, chunks: [DATA, PALETTE, END] }, ORDER],
  [
    'a transparent color before the palette',
    { color: 3, chunks: [chunk('tRNS'), PALETTE, DATA, END] },
    ORDER,
  ],
  ['an animation', { chunks: [chunk('acTL', Buffer.alloc(8)), DATA, END] }, ORDER],
  ['a second header', { chunks: [chunk('IHDR', Buffer.alloc(13)), DATA, END] }, ORDER],
  ['markup for a kind', { chunks: [chunk('<svg'), DATA, END] }, ORDER],
  ['a wrong checksum', { chunks: [chunk('tEXt', Buffer.from('x'), 1), DATA, END] }, CUT],
  ['markup after the end', { after: Buffer.from('<script>alert(1)</script>') }, CUT],
  ['one byte after the end', { after: Buffer.alloc(1) }, CUT],
  ['no width', { width: 0, height: 8 }, 'it has 0 × 8 pixels'],
  ['too many lines', { width: 8, height: LOGO_LIMITS.side + 1 }, 'it has 8 × 1025 pixels'],
  ['16 bits of a palette', { color: 3, depth: 16, chunks: [PALETTE, DATA, END] }, FORMAT],
  ['a color type that there is not', { color: 5 }, FORMAT],
  ['a palette color without a palette', { color: 3 }, FORMAT],
  ['a palette for shades of gray', { color: 0, chunks: [PALETTE, DATA, END] }, FORMAT],
  ['an interlacing that there is not', { interlace: 2 }, FORMAT],
];

test.each(BAD)('a PNG is refused for %s', (_name, of, fault) => {
  expect(findPngFault(picture(of))).toBe(fault);
});

test('every beginning of a PNG is refused, and every single byte that is another', () => {
  const png = picture({ chunks: [TEXT, DATA, END] });
  for (let length = 0; length < png.length; length++)
    expect(findPngFault(png.subarray(0, length)), `${length} bytes`).not.toBeNull();
  for (let at = 0; at < png.length; at++) {
    const changed = Buffer.from(png);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x20, at);
    expect(findPngFault(changed), `byte ${at}`).not.toBeNull();
  }
});

test.each(['', 'GIF89a', '<svg xmlns="http://www.w3.org/2000/svg"/>', '\u0089PNG\r\n\u001a\n'])(
  'what is no PNG is refused: %j',
  (text) => {
    expect(findPngFault(Buffer.from(text, 'latin1'))).not.toBeNull();
  },
);
