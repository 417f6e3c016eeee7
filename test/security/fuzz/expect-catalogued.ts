import { ERROR_CATALOGUE, ErrorBodySchema } from '@letterhead/shared';
import { expect } from 'vitest';

/** Details that must not leak: files, stacks, and messages of libraries. */
const INTERNAL_DETAILS =
  /node_modules|node:internal|file:\/\/|\.[cm]?[jt]s:\d|\bat (?:async )?[\w.<>]+ \(|ZodError|TRPCError|FST_|ERR_[A-Z]|SyntaxError|TypeError|RangeError|ENOENT|EACCES|\[object Object\]|undefined/;

const StrictErrorBody = ErrorBodySchema.strict();

/** Expects an error of the catalogue, with its status and without internal details. */
export function expectCatalogued(status: number, body: unknown, dataDir: string): void {
  const { code, message, errors } = StrictErrorBody.parse(body);
  expect(ERROR_CATALOGUE[code].status).toBe(status);
  expect(errors === undefined).toBe(!['invalid', 'domain_taken', 'not_signable'].includes(code));
  // A message may quote the caller's input.
  expect(message.replace(/"[^"]*"/gs, '""')).not.toMatch(INTERNAL_DETAILS);
  expect(message).not.toContain(dataDir);
  expect(message.length).toBeLessThan(2000);
}
