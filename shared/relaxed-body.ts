import type { LineEnds } from './line-ends.ts';
import { CR, holdsLoneCr, holdsNul, LF, NUL, SPACE, TAB } from './line-ends.ts';

/** Takes octets in pieces: a hash of `node:crypto`. It must not keep them, for they are overwritten. */
export interface OctetSink {
  update(octets: Uint8Array): unknown;
}

/** From this many octets on, a stretch is passed on from where it is; shorter ones are put together first. */
const LONG = 512;
/** Shared by all bodies, for what it holds is passed on before another body is read. */
const output = new Uint8Array(16 * 1024);
const CRLF = Uint8Array.of(CR, LF);
/** Line ends that are passed on at once: a body may have 25 million empty lines before it goes on. */
const LINES_AT_ONCE = output.length / CRLF.length;
const emptyLines = output.map((_, at) => CRLF[at % CRLF.length] ?? 0);
const ONE_SPACE = Uint8Array.of(SPACE);

/** Whether an octet up to the space is content all the same: a control character that neither ends a line nor is refused. */
function isControl(octet: number): boolean {
  return octet !== SPACE && octet !== TAB && octet !== CR && octet !== LF && octet !== NUL;
}

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
  #afterCr = false;
  #isEmpty = true;
  /** Octets in the output. */
  #length = 0;

  constructor(sink: OctetSink, lineEnds: LineEnds) {
    this.#sink = sink;
    this.#lineEnds = lineEnds;
  }

  /** Throws `not_signable` for a NUL, a CR alone and mixed line ends. */
  push(octets: Uint8Array): void {
    this.#length = 0;
    for (let at = 0; at < octets.length; ) {
      const content = this.#readGap(octets, at);
      at = this.#endOfStretch(octets, content);
      if (at > content) this.#write(octets.subarray(content, at));
    }
    this.#flush();
  }

  /** A body that is not empty ends with a CRLF. */
  end(): void {
    if (this.#afterCr) throw holdsLoneCr('body');
    if (!this.#isEmpty) this.#sink.update(CRLF);
  }

  /** Reads line ends and white space up to the next content, before which they are written. Returns where that is. */
  #readGap(octets: Uint8Array, start: number): number {
    for (let at = start; at < octets.length; at++) {
      const octet = octets[at] ?? 0;
      if (octet === LF) {
        this.#lineEnds.note(this.#afterCr ? 'CRLF' : 'LF', 'body');
        this.#afterCr = this.#space = false;
        this.#lines++;
      } else if (this.#afterCr) throw holdsLoneCr('body');
      else if (octet === SPACE || octet === TAB) this.#space = true;
      else if (octet === CR) this.#afterCr = true;
      else if (octet === NUL) throw holdsNul('body');
      else {
        this.#isEmpty = false;
        this.#writeLines();
        if (this.#space) this.#write(ONE_SPACE);
        this.#space = false;
        return at;
      }
    }
    return octets.length;
  }

  /** Where the stretch ends that begins here, with content, and is canonical as it is. */
  #endOfStretch(octets: Uint8Array, start: number): number {
    for (let at = start; at < octets.length; at++) {
      const octet = octets[at] ?? 0;
      if (octet > SPACE) continue;
      const next = octets[at + 1] ?? 0;
      if (octet === SPACE && next > SPACE) continue;
      if (octet === CR && next === LF && (octets[at + 2] ?? 0) > SPACE) {
        this.#lineEnds.note('CRLF', 'body');
        at++;
      } else if (!isControl(octet)) return at;
    }
    return octets.length;
  }

  #writeLines(): void {
    for (; this.#lines > LINES_AT_ONCE; this.#lines -= LINES_AT_ONCE) this.#write(emptyLines);
    this.#write(emptyLines.subarray(0, CRLF.length * this.#lines));
    this.#lines = 0;
  }

  #write(octets: Uint8Array): void {
    const { length } = octets;
    if (length >= LONG || this.#length + length > output.length) this.#flush();
    if (length >= LONG) this.#sink.update(octets);
    else {
      for (let at = 0; at < length; at++) output[this.#length + at] = octets[at] ?? 0;
      this.#length += length;
    }
  }

  #flush(): void {
    if (this.#length > 0) this.#sink.update(output.subarray(0, this.#length));
    this.#length = 0;
  }
}
