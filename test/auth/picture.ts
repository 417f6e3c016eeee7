import { crc32, deflateSync } from 'node:zlib';

/** What a PNG is made of. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly interlace: number;
  /** The chunks after IHDR; those of one square of 8-bit RGBA by default. */
  readonly chunks: readonly Buffer[];
  /** What comes after the last chunk. */
  readonly after: Buffer;
}

export const END = chunk('IEND');

/** A chunk with its length and its checksum, or another one. */
export function chunk(type: string, content = Buffer.alloc(0), checksum?: number): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  crc.writeUInt32BE(checksum ?? crc32(named));
  return Buffer.concat([length, named, crc]);
}

/** The IDAT chunk of a square in one color. */
export function pixels(side: number): Buffer {
  const line = Buffer.concat([
    Buffer.alloc(1),
    Buffer.alloc(side * 4, Buffer.from([0x1f, 0x6f, 0x5c, 0xff])),
  ]);
  return chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: side }, () => line))));
}

/** A PNG: a green square, where nothing else is said. */
export function picture(of: Partial<Picture> = {}): Buffer {
  const { width = 64, height = width, depth = 8, color = 6, interlace = 0 } = of;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, color, 0, 0, interlace], 8);
  const { chunks = [pixels(Math.min(width, 64)), END], after = Buffer.alloc(0) } = of;
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), ...chunks, after]);
}
