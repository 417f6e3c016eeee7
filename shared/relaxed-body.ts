import type { LineEnds } from './line-ends.ts';

/** Takes octets in pieces: a hash of `node:crypto`. It must not keep them, for they are overwritten. */
export interface OctetSink {
  update(octets: Uint8Array): unknown;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** Octets of input that are canonicalised before the output is passed on. */
const SLICE = 16 * 1024;
const CRLFS = new Uint8Array(1024).map((_, at) => (at % 2 === 0 ? CR : LF));
/** Shared by all bodies, for a slice is passed on before the next one is begun. Each octet comes to at most two. */
const output = new Uint8Array(2 * SLICE + CRLFS.length + 1);

/**
 * The `relaxed` canonicalisation of a message body (RFC 6376 §3.4.4), of pieces of any size: white space at the end of
 * lines and empty lines at the end of the body are dropped, and other white space comes to one space. Lines that end in
 * LF are taken for lines that end in CRLF.
 */
export class RelaxedBody {
  readonly #sink: OctetSink;
  readonly #lineEnds: LineEnds;
  /** Line ends and a space that are only passed on if more follows. */
  #lines = 0;
  #space = false;
  #isEmpty = true;

  constructor(sink: OctetSink, lineEnds: LineEnds) {
    this.#sink = sink;
    this.#lineEnds = lineEnds;
  }

  /** Throws `not_signable` as `LineEnds` does. */
  push(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += SLICE) this.#pushSlice(octets.subarray(at, at + SLICE));
  }

  /** A body that is not empty ends with a CRLF. */
  end(): void {
    this.#lineEnds.end('body');
    if (!this.#isEmpty) this.#sink.update(CRLFS.subarray(0, 2));
  }

  #pushSlice(octets: Uint8Array): void {
    let length = 0;
    let waits = this.#space || this.#lines > 0 || this.#lineEnds.isAfterCr;
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at] ?? 0;
      if (octet === SPACE || octet === TAB) {
        if (this.#lineEnds.isAfterCr) this.#lineEnds.read(octet, 'body');
        this.#space = waits = true;
      } else if (octet <= CR && octet !== TAB && this.#lineEnds.read(octet, 'body')) {
        this.#lines++;
        this.#space = false;
        waits = true;
      } else if (octet === CR) waits = true;
      else {
        if (waits) length = this.#writeWaiting(octet, length);
        waits = false;
        output[length++] = octet;
      }
    }
    if (length === 0) return;
    this.#isEmpty = false;
    this.#sink.update(output.subarray(0, length));
  }

  /** Writes the line ends and the space before an octet of content. Returns the new length of the output. */
  #writeWaiting(octet: number, before: number): number {
    let length = before;
    if (this.#lineEnds.isAfterCr) this.#lineEnds.read(octet, 'body');
    if (this.#lines * 2 > CRLFS.length) {
      this.#sink.update(output.subarray(0, length));
      length = 0;
    }
    for (; this.#lines * 2 > CRLFS.length; this.#lines -= CRLFS.length / 2) this.#sink.update(CRLFS);
    for (; this.#lines > 0; this.#lines--) {
      output[length++] = CR;
      output[length++] = LF;
    }
    if (this.#space) output[length++] = SPACE;
    this.#space = false;
    return length;
  }
}
