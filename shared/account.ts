import { z } from 'zod';

/** Id of an account, domain, token or event: a positive integer that JavaScript represents exactly. */
export const IdSchema = z.int().min(1);

/** Canonical spelling of an id in a path or on a command line; not anchored. */
export const ID_PATTERN = /[1-9]\d{0,14}/;

const ID = new RegExp(`^${ID_PATTERN.source}$`);

/** Whether a text is an id. */
export function isId(text: string): boolean {
  return ID.test(text);
}

export const ACCOUNT_NAME_MAX_LENGTH = 200;

/** Name of an account. */
export const AccountNameSchema = z
  .string()
  .trim()
  .min(1, 'Give the account a name.')
  .max(ACCOUNT_NAME_MAX_LENGTH, `Use at most ${ACCOUNT_NAME_MAX_LENGTH} characters for the name.`)
  .meta({ example: 'Example help desk', description: 'What the account is called.' });

/** An account: one help desk and its sending domains. */
export const AccountSchema = z
  .object({
    id: IdSchema.meta({ example: 1 }),
    name: z.string().meta({ example: 'Example help desk' }),
    suspended: z.boolean().describe('While true, its tokens are refused and its domains are not checked.'),
    created_at: z.date(),
    updated_at: z.date(),
  })
  .meta({ id: 'Account', description: 'One help desk and its sending domains.' });

export type Account = z.infer<typeof AccountSchema>;
