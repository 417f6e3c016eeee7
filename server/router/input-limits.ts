import { invalidField } from '@letterhead/shared';
import { LOGO_LIMITS, REQUEST_LIMITS } from '../limits.ts';

/** How large a body may be, in words. */
export const BODY_SIZES = `${REQUEST_LIMITS.bodyBytes / 1024} KiB, or ${LOGO_LIMITS.bodyBytes / 1024} KiB to change an account`;

/** Throws `invalid` for a form or a query of more fields than any procedure takes; repeated fields count each time. */
export function refuseTooManyFields(count: number): void {
  if (count <= REQUEST_LIMITS.fields) return;
  throw invalidField(
    'input',
    `The request has more fields than can be taken: send at most ${REQUEST_LIMITS.fields}.`,
  );
}

/** Throws `invalid` for a list of more elements than any field takes, before a schema checks each of them. */
export function refuseLongLists(input: object): void {
  for (const [name, value] of Object.entries(input)) {
    if (!Array.isArray(value) || value.length <= REQUEST_LIMITS.fields) continue;
    throw invalidField(name, `Give at most ${REQUEST_LIMITS.fields} values for ${name}.`);
  }
}
