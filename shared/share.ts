import { z } from 'zod';
import { EmailSchema, IdSchema, SenderSchema } from './account.ts';
import { DiagnosisSchema } from './diagnosis.ts';
import { DomainSchema } from './domain.ts';
import { KeySchema } from './key.ts';

/** A link that lets a person without an account view and check one domain. */
export const ShareSchema = z
  .object({
    id: IdSchema.describe('The id of its token; never reused.').meta({ example: 2 }),
    expires_at: z.date().nullable().describe('When it stops working; null for never.'),
    last_used_at: z.date().nullable().describe('Kept to the minute or so.'),
    created_at: z.date().describe('When it was created.'),
  })
  .meta({ id: 'Share', description: 'A link that shows one domain, without its secret.' });

export type Share = z.infer<typeof ShareSchema>;

/** The answer to creating a share link: only it contains the secret. */
export const NewShareSchema = ShareSchema.extend({
  token: z
    .string()
    .describe('The secret, shown this once: a token of scope `share`.')
    .meta({ example: `lh_${'x'.repeat(43)}` }),
  url: z
    .string()
    .nullable()
    .describe('The page to send, with the secret in its fragment; null where PUBLIC_URL is not set.')
    .meta({ example: null }),
}).meta({ id: 'NewShare' });

export type NewShare = z.infer<typeof NewShareSchema>;

/** What the holder of a share link sees. */
export const SharedDomainSchema = z
  .object({
    account: SenderSchema.describe('The account that asks for them.'),
    domain: DomainSchema.describe('The domain, with the records to publish.'),
    keys: KeySchema.array().describe('Its keys, which say what each DKIM record is for.'),
    diagnosis: DiagnosisSchema.describe('Where it stands.'),
    expires_at: z.date().nullable().describe('When the link stops working; null for never.'),
    can_notify: z.boolean().describe('Whether this server can send a mail once the domain is verified.'),
  })
  .meta({ id: 'SharedDomain', description: 'The domain that a share link shows, and where it stands.' });

/** Whom to tell. */
export const ShareNoticeSchema = z
  .object({
    address: EmailSchema.meta({
      example: 'dns@example.org',
      description: 'An e-mail address; it gets a mail with a link to confirm it.',
    }),
  })
  .meta({ id: 'ShareNotice', description: 'Whom to tell once the domain is verified.' });

export type SharedDomain = z.infer<typeof SharedDomainSchema>;
