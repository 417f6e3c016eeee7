import type { LetterheadError } from './errors.ts';
import { notSignable } from './not-signable.ts';

export const NUL = 0x00;
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;

/** The part of a message that a line end is in. */
type Part = 'headers' | 'body';

/**
 * The line ends of one message, which are CRLF or LF throughout. Receivers differ over other messages: what one of them
 * takes for one line is two for another (RFC 5322 §2.3), so that a signature would not say what was signed.
 */
export class LineEnds {
  #ends: 'CRLF' | 'LF' | null = null;

  /** Throws `not_signable` where it is another line end than those before. */
  note(ends: 'CRLF' | 'LF', part: Part): void {
    this.#ends ??= ends;
    if (this.#ends === ends) return;
    throw notSignable(
      part,
      `The message has lines that end in CRLF and lines that end in LF; the first other one is in the ${part}. Send it with CRLF throughout.`,
    );
  }
}

/** `not_signable`, for a message with a NUL (RFC 5322 §4). */
export function holdsNul(part: Part): LetterheadError {
  return notSignable(part, `There is a NUL in the ${part}, which mail servers refuse. Encode the content.`);
}

/** `not_signable`, for a message with a CR that ends no line (RFC 5322 §2.3). */
export function holdsLoneCr(part: Part): LetterheadError {
  return notSignable(
    part,
    `There is a CR without an LF after it in the ${part}, which receivers read in different ways. End lines with CRLF, and encode other CRs.`,
  );
}
