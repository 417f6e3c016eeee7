import { z } from 'zod';

const TYPE_WORDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  date: 'a time, such as 2026-01-31T12:00:00Z',
  record: 'an object',
};

/**
 * Makes zod's messages sentences that say what to send; a schema's own message takes precedence.
 * Applies to the whole process, so it is called once, at the composition root.
 */
export function configureZodMessages(): void {
  z.config({ localeError: sentence });
}

/** The field of a path, without indexes of lists; undefined for the input as a whole. */
export function fieldAt(path: readonly PropertyKey[]): string | undefined {
  const names = path.filter((part) => typeof part !== 'number');
  return names.length === 0 ? undefined : names.join('.');
}

function sentence(issue: z.core.$ZodRawIssue): string {
  const field = fieldAt(issue.path ?? []) ?? 'the request';
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `Give a value for ${field}.`
        : `Give ${field} as ${TYPE_WORDS[issue.expected] ?? issue.expected}.`;
    case 'invalid_value':
      return `Give ${field} as one of: ${issue.values.join(', ')}.`;
    case 'too_small':
      return `Give at least ${issue.minimum} for ${field}.`;
    case 'too_big':
      return `Give at most ${issue.maximum} for ${field}.`;
    default:
      return `The value of ${field} is not one that can be used.`;
  }
}
