import type { ErrorCode } from '@letterhead/shared';
import { ERROR_CATALOGUE, ErrorBodySchema } from '@letterhead/shared';
import { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { REQUEST_LIMITS, SIGN_LIMITS } from '../limits.ts';
import { BODY_SIZES } from '../router/input-limits.ts';
import type { DescribedOperation } from './operations.ts';

/** When each error is given, in the order in which they are looked for. */
const ERRORS: Record<ErrorCode, string> = {
  not_found: 'There is no such path, account, domain or token.',
  method_not_allowed: 'The path does not take this method; `Allow` names those that it takes.',
  unauthenticated: 'There is no token, or it is unknown, revoked or expired.',
  forbidden: 'The token is another account’s, lacks the scope, or its account is suspended.',
  rate_limited: 'Too many requests; `Retry-After` says when to try again.',
  unsupported_media_type: 'The body is neither JSON nor a form, nor a message where one is taken.',
  payload_too_large: `The body is over ${BODY_SIZES}, or ${SIGN_LIMITS.messageBytes / 1024 ** 2} MiB of a raw message.`,
  malformed_body: 'The body does not parse, or is JSON but not an object.',
  invalid: `A field breaks a rule, or there are more than ${REQUEST_LIMITS.fields}.`,
  domain_taken: 'The account holds this name already.',
  quota_exceeded: 'The account is full.',
  not_signable: 'The message can’t be signed; `errors` says why.',
  key_in_use: 'The key is active: it signs. Rotate it, or revoke it if it has leaked.',
  rotation_under_way: 'A key is pending already, or as many keys are published as a domain may have.',
  last_admin: 'Nobody could administer any more; `confirm` overrides that.',
  unavailable: 'Letterhead cannot take this now; nothing was changed. `Retry-After` says when to try again.',
  outcome_unknown:
    'The database went away while it had this change, which was made or was not: look before you repeat it.',
};

const HEADERS_OF_STATUS: Record<number, z.ZodObject> = {
  401: z.object({ 'WWW-Authenticate': z.literal('Bearer') }),
  429: z.object({ 'Retry-After': z.string().meta({ description: 'Seconds.', example: '5' }) }),
  503: z.object({
    'Retry-After': z
      .string()
      .optional()
      .meta({ description: 'Seconds; absent where it would not help.', example: '5' }),
  }),
};

/** The errors that this operation can come to, those of one status together. */
export function describeErrors(operation: DescribedOperation): ZodOpenApiResponsesObject {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(operation)) {
    const { status } = ERROR_CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [`${status}`, describeError(status, codes)]),
  );
}

/** Responses by their name in the document, in which each is written once. */
const errorResponses = new Map<string, ZodOpenApiResponseObject>();

function describeError(status: number, codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  const id = codes.map(inPascalCase).join('Or');
  const response = errorResponses.get(id) ?? writeError(id, status, codes);
  errorResponses.set(id, response);
  return response;
}

function inPascalCase(code: ErrorCode): string {
  return code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function writeError(id: string, status: number, codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  const headers = HEADERS_OF_STATUS[status];
  const examples = codes.map(
    (code) => [code, { summary: ERRORS[code], value: { message: ERRORS[code], code } }] as const,
  );
  return {
    id,
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code]}`).join(' '),
    ...(headers === undefined ? {} : { headers }),
    content: { 'application/json': { schema: ErrorBodySchema, examples: Object.fromEntries(examples) } },
  };
}

function errorsOf(operation: DescribedOperation): ErrorCode[] {
  const ofPaths: ErrorCode[] = operation.pathParameters.length > 0 ? ['not_found'] : [];
  // Where no field is taken, too many of them are refused all the same.
  const always: ErrorCode[] = ['unauthenticated', 'forbidden', 'rate_limited', 'invalid', 'unavailable'];
  // DELETE takes no field, but looks at a body that comes all the same.
  const ofBodies: ErrorCode[] =
    operation.meta.rest.method === 'GET'
      ? []
      : ['unsupported_media_type', 'payload_too_large', 'malformed_body', 'outcome_unknown'];
  return [...ofPaths, ...always, ...ofBodies, ...(operation.meta.errors ?? [])];
}
