// Imported as `@letterhead/shared/message`: the console, which runs in browsers, does without it.
import { createHash } from 'node:crypto';
import { CR, holdsLoneCr, holdsNul, LF, LineEnds, NUL } from './line-ends.ts';
import { notSignable } from './not-signable.ts';
import { RelaxedBody } from './relaxed-body.ts';

/** Octets of the longest header block that is signed, with the empty line after it. */
export const HEADER_BLOCK_OCTETS = 32 * 1024;

/** What of a message travels to be signed. */
export interface MessageDigest {
  /** The header block as text, with the empty line after it: see `toHeaderText`. */
  readonly headers: string;
  /** SHA-256 of the body in its `relaxed` canonicalisation, base64 (RFC 6376 §3.7). */
  readonly body_hash: string;
}

/** Octets that most header blocks fit. */
const USUAL_OCTETS = 2 * 1024;

/** Reads a header block in pieces of any size, up to the empty line after it. */
export class HeaderReader {
  readonly #lineEnds: LineEnds;
  #block: Uint8Array = Buffer.allocUnsafe(USUAL_OCTETS);
  #length = 0;
  #isLineEmpty = true;
  #afterCr = false;

  constructor(lineEnds: LineEnds) {
    this.#lineEnds = lineEnds;
  }

  /** Returns how many of the octets belong to the block, once it has ended; null before. Throws `not_signable`. */
  push(octets: Uint8Array): number | null {
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at] ?? 0;
      if (this.#length === this.#block.length) this.#grow();
      this.#block[this.#length++] = octet;
      if (octet === LF) {
        this.#lineEnds.note(this.#afterCr ? 'CRLF' : 'LF', 'headers');
        if (this.#isLineEmpty) return at + 1;
      } else if (this.#afterCr) throw holdsLoneCr('headers');
      else if (octet === NUL) throw holdsNul('headers');
      this.#afterCr = octet === CR;
      this.#isLineEmpty = octet === LF || (octet === CR && this.#isLineEmpty);
    }
    return null;
  }

  #grow(): void {
    if (this.#length === HEADER_BLOCK_OCTETS) throw tooLong();
    const larger = new Uint8Array(Math.min(2 * this.#length, HEADER_BLOCK_OCTETS));
    larger.set(this.#block);
    this.#block = larger;
  }

  get text(): string {
    return toHeaderText(this.#block.subarray(0, this.#length));
  }
}

/** Reads a message in pieces of any size. It keeps the headers alone, and hashes the body as it comes. */
export class MessageReader {
  readonly #lineEnds = new LineEnds();
  readonly #headers = new HeaderReader(this.#lineEnds);
  readonly #hash = createHash('sha256');
  readonly #body = new RelaxedBody(this.#hash, this.#lineEnds);
  #isInBody = false;

  /** Throws `not_signable` for what no signature would be good for: a NUL, a CR alone, mixed line ends, long headers. */
  push(octets: Uint8Array): void {
    let start = 0;
    if (!this.#isInBody) {
      const length = this.#headers.push(octets);
      if (length === null) return;
      this.#isInBody = true;
      start = length;
    }
    this.#body.push(octets.subarray(start));
  }

  /** Throws `not_signable` where the message has ended within its headers. */
  end(): MessageDigest {
    if (!this.#isInBody) {
      throw notSignable(
        'headers',
        'The message ends within its headers: put an empty line after them, also where there is no body.',
      );
    }
    this.#body.end();
    return { headers: this.#headers.text, body_hash: this.#hash.digest('base64') };
  }
}

/** Reads a whole message. Rejects with `not_signable`. */
export async function digestMessage(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<MessageDigest> {
  const reader = new MessageReader();
  for await (const piece of pieces) reader.push(piece);
  return reader.end();
}

/**
 * Checks a header block that was sent by itself. Returns it as `toHeaderText` does, with the empty line after it. Throws
 * `not_signable` where it is more or other than a header block.
 */
export function readHeaderBlock(text: string): string {
  const block = /(?:^|\n)\r?\n$/.test(text) ? text : withEmptyLine(text);
  const octets = fromHeaderText(block);
  const length = new HeaderReader(new LineEnds()).push(octets);
  if (length === octets.length) return block.isWellFormed() ? block : toHeaderText(octets);
  throw notSignable(
    'headers',
    'There is more after the empty line that ends the headers. Send the header block alone, and the hash of the body.',
  );
}

function withEmptyLine(text: string): string {
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\r\n';
  return `${text}${/(?:^|\n)$/.test(text) ? '' : lineEnd}${lineEnd}`;
}

/**
 * A header block as text: UTF-8 (RFC 6532), or else ASCII in which each other octet is a code unit from U+DC80 to U+DCFF,
 * as in Python's `surrogateescape`. So blocks in other charsets stay what they are.
 */
export function toHeaderText(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return Array.from(octets, (octet) => String.fromCharCode(octet < 0x80 ? octet : 0xdc00 + octet)).join('');
  }
}

/** The octets that `toHeaderText` has made a text of. */
export function fromHeaderText(text: string): Uint8Array {
  const encoder = new TextEncoder();
  if (text.isWellFormed()) return encoder.encode(text);
  const parts = Array.from(text, (char) => {
    const code = char.charCodeAt(0);
    return char.length === 1 && code >= 0xdc80 && code <= 0xdcff
      ? [code - 0xdc00]
      : [...encoder.encode(char)];
  });
  return Uint8Array.from(parts.flat());
}

function tooLong() {
  return notSignable(
    'headers',
    `The header block is over ${HEADER_BLOCK_OCTETS / 1024} KiB. Send fewer or shorter header fields.`,
  );
}
