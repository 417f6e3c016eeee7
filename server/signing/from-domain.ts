import type { LetterheadError } from '@letterhead/shared';
import { notSignable } from '@letterhead/shared';
import { MAX_NAME_LENGTH } from '../dns/name.ts';
import { DomainNameSchema } from '../domains/domain-name.ts';
import { SIGN_LIMITS } from '../limits.ts';
import { parseFromDomains } from './address-list.ts';
import type { HeaderField } from './header-fields.ts';

/** In lower case: a name that needs no mapping. */
const ASCII_NAME = /^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/;

/**
 * The domain that a message says to be from, as A-labels. Throws `not_signable` where it has not one From field, or one
 * that can't be read or names several domains: receivers would then pick one of them (RFC 7489 §6.6.1).
 */
export function fromDomainOf(fields: readonly HeaderField[]): string {
  const [field, ...others] = fields.filter(({ name }) => name === 'from');
  if (field === undefined) throw refuse('The message has no From field. Give it one.');
  if (others.length > 0)
    throw refuse(`The message has ${others.length + 1} From fields, of which receivers take any. Send one.`);
  const written = parseFromDomains(field.value);
  if (written === null) {
    throw refuse(
      'The From field can’t be read as RFC 5322 has it: write Name <local@example.org>, and put a name that has other signs than letters, digits and spaces in quotes.',
    );
  }
  return onlyDomain(new Set(written.map((domain) => domain.toLowerCase())));
}

function onlyDomain(written: ReadonlySet<string>): string {
  const [first] = written;
  if (first === undefined) throw refuse('The From field names no address. Give one.');
  if (written.size > SIGN_LIMITS.fromSpellings) throw severalDomains();
  const names = new Set([...written].map(toName));
  const [name = '', other] = names;
  if (other !== undefined) throw severalDomains(name, other);
  return name;
}

/** What is no name at all is refused as one that nobody holds. */
function toName(written: string): string {
  // A longer one could have thousands of names above it, each of which is looked up.
  if (written.length <= MAX_NAME_LENGTH && ASCII_NAME.test(written)) return written;
  const parsed = DomainNameSchema.safeParse(written);
  if (parsed.success) return parsed.data.name;
  const [issue] = parsed.error.issues;
  throw refuse(`The From field has an address whose domain is none. ${issue?.message ?? ''}`.trim());
}

function severalDomains(...names: string[]): LetterheadError {
  const which = names.length > 0 ? `, ${names.join(' and ')}` : '';
  return refuse(
    `The From field has addresses of several domains${which}, and a signature is one domain’s. Send a message for each.`,
  );
}

function refuse(message: string): LetterheadError {
  return notSignable('from', message);
}
