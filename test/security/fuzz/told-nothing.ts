import { ERROR_CATALOGUE, ErrorBodySchema } from '@letterhead/shared';
import { expect } from 'vitest';

/** What only we should know: files, stacks, and which libraries have said something. */
const OURS =
  /node_modules|node:internal|file:\/\/|\.[cm]?[jt]s:\d|\bat (?:async )?[\w.<>]+ \(|ZodError|TRPCError|FST_|ERR_[A-Z]|SyntaxError|TypeError|RangeError|ENOENT|EACCES|\[object Object\]|undefined/;

const StrictErrorBody = ErrorBodySchema.strict();

/** Whether a refusal is one of the catalogue's, with its status, and tells nothing of ours. */
export function expectCatalogued(status: number, body: unknown, dataDir: string): void {
  const { code, message, errors } = StrictErrorBody.parse(body);
  expect(ERROR_CATALOGUE[code].status).toBe(status);
  expect(errors === undefined).toBe(!['invalid', 'domain_taken'].includes(code));
  // What somebody has sent can be in the sentence that refuses it; none of ours can.
  expect(message.replace(/"[^"]*"/gs, '""')).not.toMatch(OURS);
  expect(message).not.toContain(dataDir);
  expect(message.length).toBeLessThan(2000);
}
