import { z } from 'zod';

/** Labels of letters, digits, hyphens and underscores, with dots between them. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** What leaves room for a domain's name in 253 octets. */
const MAX_LENGTH = 200;

/** A selector of the user's choice (RFC 6376 §3.1), in lower case, since the DNS doesn't tell cases apart. */
export const SelectorSchema = z
  .string('Give the selector as text, such as mail2026.')
  .transform((text) => text.trim().toLowerCase())
  .refine(
    (selector) => selector.length <= MAX_LENGTH && selector.split('.').every(isLabel),
    'A selector is letters, digits and hyphens, such as mail2026 or 2026.mail: what stands before ._domainkey in the record’s name.',
  )
  .meta({
    example: 'mail2026',
    description: 'What stands before `._domainkey` in the name of the DKIM record.',
  });

/** `_domainkey` in it would be a whole host name, entered by mistake. */
function isLabel(label: string): boolean {
  return LABEL.test(label) && label !== '_domainkey';
}
