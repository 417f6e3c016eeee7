import { z } from 'zod';
import { AccountSchema, IdSchema } from './account.ts';

/** Scopes of tokens. `admin` implies the others but `keys:read`, and reaches every account. */
export const SCOPES = ['domains:read', 'domains:write', 'domains:sign', 'admin', 'keys:read'] as const;

export const ScopeSchema = z.enum(SCOPES).meta({ id: 'Scope' });
export type Scope = z.infer<typeof ScopeSchema>;

/** Scope of the token of a share link; only sharing a domain grants it. */
export const SHARE_SCOPE = 'share';
export type TokenScope = Scope | typeof SHARE_SCOPE;

/** `lh_` and 43 base64url characters: 256 random bits. */
export const TOKEN_PATTERN = /^lh_[A-Za-z0-9_-]{43}$/;

export const TOKEN_NAME_MAX_LENGTH = 200;

/** A token without its secret. */
export const TokenSchema = z
  .object({
    id: IdSchema.describe('Never reused.').meta({ example: 1 }),
    account_id: IdSchema.describe('The account that it belongs to.').meta({ example: 1 }),
    name: z.string().describe('Who or what uses it.').meta({ example: 'Help desk' }),
    prefix: z
      .string()
      .describe('The first characters of the secret, to tell tokens apart.')
      .meta({ example: 'lh_4fKq' }),
    scopes: z
      .array(ScopeSchema)
      .describe('What it may do.')
      .meta({ example: ['domains:read', 'domains:write'] }),
    expires_at: z.date().nullable().describe('When it stops working; null for never.'),
    last_used_at: z.date().nullable().describe('Kept to the minute or so.'),
    created_at: z.date().describe('When it was created.'),
  })
  .meta({ id: 'Token', description: 'A key to the API, without its secret.' });

export type Token = z.infer<typeof TokenSchema>;

/** The caller's own token, with its account. */
export const CurrentTokenSchema = TokenSchema.extend({
  account: AccountSchema.describe('Its account.'),
  grants: z
    .array(ScopeSchema)
    .describe('The scopes that it can grant to tokens that it creates.')
    .meta({ example: ['domains:read', 'domains:write'] }),
  key_zone: z
    .string()
    .nullable()
    .describe('The zone of this Letterhead, which the keys of domains can be in; null where it has none.')
    .meta({ example: 'keys.example.net' }),
}).meta({ id: 'CurrentToken' });
export type CurrentToken = z.infer<typeof CurrentTokenSchema>;

/** The answer to creating a token: only it contains the secret. */
export const NewTokenSchema = TokenSchema.extend({
  token: z
    .string()
    .describe('The secret. It is shown this once.')
    .meta({ example: `lh_${'x'.repeat(43)}` }),
}).meta({ id: 'NewToken' });
export type NewToken = z.infer<typeof NewTokenSchema>;

/** A time (RFC 3339), or a date, which means its beginning in UTC. */
const TimeTextSchema = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** An expiry. Years have four digits. Passes on what is not a time, which `z.date()` then refuses. */
export const ExpirySchema = z.preprocess(
  (value: Date | string): Date | string =>
    TimeTextSchema.safeParse(value).success ? new Date(value) : value,
  z.date().max(new Date('9999-12-31T23:59:59Z'), 'Give a time before the year 10000, or null for never.'),
);

/** Input of creating a token. */
export const TokenInputSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'Give the token a name, so that you know later what it is for.')
    .max(TOKEN_NAME_MAX_LENGTH, `Use at most ${TOKEN_NAME_MAX_LENGTH} characters for the name.`)
    .describe('Who or what uses it.')
    .meta({ example: 'Help desk' }),
  scopes: z
    .array(ScopeSchema)
    .min(1, 'Name at least one scope.')
    .describe('You can grant only what your own token may do.')
    .meta({ example: ['domains:read', 'domains:write'] }),
  expires_at: ExpirySchema.nullable().default(null).describe('When it stops working; null for never.'),
});
export type TokenInput = z.infer<typeof TokenInputSchema>;
