import { z } from 'zod';
import { IdSchema } from './account.ts';

/** What signing takes: of the message, nothing but this. */
export const SignInputSchema = z.object({
  headers: z
    .string()
    .describe('The header block of the message, at most 32 KiB, with or without the empty line after it.')
    .meta({ example: 'From: Help desk <help@example.org>\r\nTo: you@example.net\r\nSubject: Hello\r\n' }),
  body_hash: z
    .string()
    .describe(
      'SHA-256, in base64, of the body in its `relaxed` canonicalisation (RFC 6376, section 3.4.4): the clients and the command line make it.',
    )
    .meta({ example: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }),
  allow_unverified: z
    .boolean()
    .default(false)
    .describe('Sign even if the DKIM record is not verified, as for a test.'),
});

export type SignInput = z.infer<typeof SignInputSchema>;

/** A signature for one message. */
export const SignatureSchema = z
  .object({
    domain_id: IdSchema.describe('The id of the domain that signs.').meta({ example: 1 }),
    domain: z.string().describe('The domain that signs: `d=`.').meta({ example: 'example.org' }),
    selector: z.string().describe('The selector of its key: `s=`.').meta({ example: '653216321fh' }),
    header: z
      .string()
      .describe(
        'The whole DKIM-Signature field, folded, with CRLF at its end: to be put before the message, as it is.',
      )
      .meta({ example: 'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; …\r\n' }),
    return_path: z
      .string()
      .nullable()
      .describe('The domain for the envelope sender; null unless its Return-Path record is verified.')
      .meta({ example: null }),
  })
  .meta({ id: 'Signature', description: 'A DKIM signature for one message.' });

export type Signature = z.infer<typeof SignatureSchema>;

/** How much a domain has signed. */
export const SignatureCountSchema = z
  .object({
    signed_today: z
      .int()
      .nonnegative()
      .describe('How many signatures its key has made since.')
      .meta({ example: 1200 }),
    since: z
      .date()
      .describe(
        'Since when they are counted: the beginning of the day in UTC, or the start of the server that answers.',
      ),
  })
  .meta({ id: 'SignatureCount', description: 'How many messages a domain has signed today.' });

export type SignatureCount = z.infer<typeof SignatureCountSchema>;
