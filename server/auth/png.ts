import { crc32 } from 'node:zlib';
import { LOGO_LIMITS } from '../limits.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Length and type before the content of a chunk, and its CRC after it. */
const FRAME = 12;

/** Kinds of chunks by where they may stand (PNG, third edition, section 5.6). Others are not known. */
const ANYWHERE = 'iTXt|tEXt|tIME|zTXt';
const BEFORE_DATA = `eXIf|pHYs|sPLT|${ANYWHERE}`;
const BEFORE_PALETTE = `cHRM|cICP|gAMA|iCCP|sBIT|sRGB|${BEFORE_DATA}`;
const AFTER_PALETTE = `bKGD|hIST|tRNS|${BEFORE_DATA}`;
const ORDER = new RegExp(
  `^IHDR(?:(?: (?:${BEFORE_PALETTE}))* PLTE(?: (?:${AFTER_PALETTE}))*|(?: (?:${BEFORE_PALETTE}|${AFTER_PALETTE}))*)(?: IDAT)+(?: (?:${ANYWHERE}))* IEND$`,
);

/** Bit depths by color type (PNG, section 11.2.1). */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const INDEXED = 3;

interface Chunk {
  readonly type: string;
  readonly content: Buffer;
}

/** Says why bytes are not one whole PNG that can be served as a logo; null: they are. Does not decode the picture. */
export function findPngFault(bytes: Buffer): string | null {
  if (bytes.length > LOGO_LIMITS.bytes) return 'it is too large';
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return 'it is not a PNG';
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < bytes.length; ) {
    const chunk = readChunk(bytes, at);
    if (chunk === null) return 'it is cut off, or has something after its end';
    chunks.push(chunk);
    at += FRAME + chunk.content.length;
  }
  return findOrderFault(chunks) ?? findHeaderFault(chunks);
}

/** The chunk that begins at an offset; null where there is none, or its checksum is wrong. */
function readChunk(bytes: Buffer, at: number): Chunk | null {
  if (at + FRAME > bytes.length) return null;
  const end = at + FRAME + bytes.readUInt32BE(at);
  if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
    return null;
  return { type: bytes.toString('latin1', at + 4, at + 8), content: bytes.subarray(at + 8, end - 4) };
}

function findOrderFault(chunks: readonly Chunk[]): string | null {
  const isPlain = ORDER.test(chunks.map(({ type }) => type).join(' ')) && chunks.at(-1)?.content.length === 0;
  return isPlain ? null : 'its parts are not those of a plain PNG, in their order';
}

function findHeaderFault(chunks: readonly Chunk[]): string | null {
  const header = chunks[0]?.content;
  if (header?.length !== 13) return 'its header has another length than a PNG’s';
  const sides = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (sides.some((side) => side < 1 || side > LOGO_LIMITS.side)) return `it has ${sides.join(' × ')} pixels`;
  const [depth = 0, color = 0, compression, filter, interlace = 0] = header.subarray(8);
  const hasPalette = chunks.some(({ type }) => type === 'PLTE');
  const isKnown =
    BIT_DEPTHS[color]?.includes(depth) === true &&
    compression === 0 &&
    filter === 0 &&
    interlace <= 1 &&
    // Colors of 2 and 6 may come with a suggested palette; shades of gray may not.
    (color === INDEXED ? hasPalette : color === 2 || color === 6 || !hasPalette);
  return isKnown ? null : 'its header names a format that PNG does not have';
}
