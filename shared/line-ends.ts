import type { LetterheadError } from './errors.ts';
import type { UnsignablePart } from './not-signable.ts';
import { notSignable } from './not-signable.ts';

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Follows the line ends of one message, which are CRLF or LF throughout. Receivers differ over other messages: what one
 * of them takes for one line is two for another (RFC 5322 §2.3), so that a signature would not say what was signed.
 */
export class LineEnds {
  #afterCr = false;
  #ends: 'CRLF' | 'LF' | null = null;

  /** Reads the next octet. Returns whether it ends a line. Throws `not_signable` for a NUL, a CR alone and mixed ends. */
  read(octet: number, part: UnsignablePart): boolean {
    const afterCr = this.#afterCr;
    if (octet === LF) {
      this.#afterCr = false;
      this.#note(afterCr ? 'CRLF' : 'LF', part);
      return true;
    }
    if (afterCr) throw loneCr(part);
    if (octet === CR) this.#afterCr = true;
    if (octet === NUL) {
      throw notSignable(
        part,
        `The ${part} hold${s(part)} a NUL, which mail servers refuse. Encode the content.`,
      );
    }
    return false;
  }

  /** Whether a CR waits for its LF. */
  get isAfterCr(): boolean {
    return this.#afterCr;
  }

  /** Throws `not_signable` where the message has ended in a CR. */
  end(part: UnsignablePart): void {
    if (this.#afterCr) throw loneCr(part);
  }

  #note(ends: 'CRLF' | 'LF', part: UnsignablePart): void {
    this.#ends ??= ends;
    if (this.#ends === ends) return;
    throw notSignable(
      part,
      `The message has lines that end in CRLF and lines that end in LF; the first other one is in the ${part}. Send it with CRLF throughout.`,
    );
  }
}

function loneCr(part: UnsignablePart): LetterheadError {
  return notSignable(
    part,
    `The ${part} ha${part === 'headers' ? 've' : 's'} a CR without an LF after it, which receivers read in different ways. End lines with CRLF, and encode other CRs.`,
  );
}

function s(part: UnsignablePart): string {
  return part === 'headers' ? '' : 's';
}
