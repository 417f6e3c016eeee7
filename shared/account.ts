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

export const DISPLAY_NAME_MAX_LENGTH = 100;

/** RFC 5321, section 4.5.3.1.3: a path has 256 octets, with its angle brackets. */
export const EMAIL_MAX_LENGTH = 254;

/** Characters that show as nothing, or turn around what stands beside them. Joiners shape letters and emoji. */
const UNSEEN = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\u200c\u200d]]/v;

/** A form cannot send null: an empty text stands for it. */
const emptyToNull = (text: string | null) => (text === '' ? null : text);

/** What strangers are shown in place of an account's name. */
export const DisplayNameSchema = z
  .string()
  .trim()
  .max(DISPLAY_NAME_MAX_LENGTH, `Use at most ${DISPLAY_NAME_MAX_LENGTH} characters for the display name.`)
  .refine((text) => !UNSEEN.test(text), 'Leave out line breaks and invisible characters.')
  .nullable()
  .transform(emptyToNull)
  .meta({
    example: 'Acme Help Desk',
    description: 'What whoever gets a share link is shown; null or empty: the name.',
  });

export const ContactEmailSchema = z
  .string()
  .trim()
  .max(EMAIL_MAX_LENGTH, `Use at most ${EMAIL_MAX_LENGTH} characters for the e-mail address.`)
  .refine(
    (text) => text === '' || z.email().safeParse(text).success,
    'Enter an e-mail address, such as help@example.org.',
  )
  .nullable()
  .transform(emptyToNull)
  .meta({
    example: 'help@example.org',
    description: 'Whom whoever gets a share link can ask; null or empty: nobody.',
  });

/** Addresses of an account that notices go to. */
export const NOTIFY_MAX = 5;

export const EmailSchema = z
  .string()
  .trim()
  .max(EMAIL_MAX_LENGTH, `Use at most ${EMAIL_MAX_LENGTH} characters for an e-mail address.`)
  .refine((text) => z.email().safeParse(text).success, { error: ({ input }) => describeNoEmail(input) });

/** Names it, since it may be one of several. */
function describeNoEmail(input: unknown): string {
  return typeof input === 'string' && input !== '' && input.length <= EMAIL_MAX_LENGTH
    ? `“${input}” is no e-mail address. Enter one such as help@example.org.`
    : 'Enter an e-mail address, such as help@example.org.';
}

/** Addresses that are told of changes. */
export const NotifySchema = z
  .array(EmailSchema)
  .max(NOTIFY_MAX, `Give at most ${NOTIFY_MAX} e-mail addresses.`)
  .meta({
    example: ['ops@example.org'],
    description: 'Who is told by mail when a domain is verified, degraded, unreachable or lost.',
  });

export const LogoSchema = z.string().nullable().meta({
  example: 'iVBORw0KGgo…',
  description: 'A PNG in Base64, as such or in a `data:` URL; null or empty: none.',
});

/** Path of a logo on the server that answers. */
const LogoPathSchema = z
  .string()
  .nullable()
  .describe('Where this server has the PNG, without a token; another picture has another path.')
  .meta({ example: null });

/** An account: one help desk and its sending domains. */
export const AccountSchema = z
  .object({
    id: IdSchema.describe('Never reused.').meta({ example: 1 }),
    name: z.string().describe('What the account is called.').meta({ example: 'Example help desk' }),
    display_name: z
      .string()
      .nullable()
      .describe('What whoever gets a share link is shown; null: the name.')
      .meta({ example: 'Acme Help Desk' }),
    contact_email: z
      .string()
      .nullable()
      .describe('Whom whoever gets a share link can ask; null: nobody.')
      .meta({ example: 'help@example.org' }),
    logo: LogoPathSchema,
    notify: NotifySchema,
    suspended: z
      .boolean()
      .describe('While true, its tokens are refused and its domains are not checked.')
      .meta({ example: false }),
    created_at: z.date().describe('When it was created.'),
    updated_at: z.date().describe('When it was last changed.'),
  })
  .meta({ id: 'Account', description: 'One help desk and its sending domains.' });

export type Account = z.infer<typeof AccountSchema>;

/** How notices to an address of the account fare. */
export const NoticeAddressSchema = z
  .object({
    address: z.string().describe('One of `notify`.').meta({ example: 'ops@example.org' }),
    refused_at: z
      .date()
      .nullable()
      .describe('When the last notice was refused for good; null: it was not, or there was none.'),
    answer: z
      .string()
      .nullable()
      .describe('How the mail server put it.')
      .meta({ example: '550 No such user here' }),
  })
  .meta({ id: 'NoticeAddress', description: 'An address that is told of changes.' });
export type NoticeAddress = z.infer<typeof NoticeAddressSchema>;

/** An account as strangers see it. */
export const SenderSchema = z
  .object({
    name: z.string().describe('Its display name, or else its name.').meta({ example: 'Acme Help Desk' }),
    contact_email: AccountSchema.shape.contact_email,
    logo: AccountSchema.shape.logo,
  })
  .meta({ id: 'Sender', description: 'Who asks for the records.' });

export type Sender = z.infer<typeof SenderSchema>;
