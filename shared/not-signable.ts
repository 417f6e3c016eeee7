import { LetterheadError } from './errors.ts';

/** What is wrong with a message that can't be signed: its headers, its From field, the domain in it, or its body. */
export type UnsignablePart = 'headers' | 'from' | 'domain' | 'body' | 'body_hash';

/** `not_signable`; `message` says what is wrong and what to do. */
export function notSignable(part: UnsignablePart, message: string): LetterheadError {
  return new LetterheadError('not_signable', message, { errors: { [part]: [message] } });
}
