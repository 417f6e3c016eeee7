import { z } from 'zod';

/** What a signature of a message that arrived proves. */
export const SignatureProofSchema = z
  .object({
    domain: z.string().describe('The domain that signed (`d=`).').meta({ example: 'example.org' }),
    selector: z.string().describe('The selector that it names (`s=`).').meta({ example: '653216321fh' }),
    verifies: z.boolean().nullable().describe('Null where the DNS gave no answer.'),
    aligned: z.boolean().describe('Whether the domain that signed is that of From, as DMARC has it.'),
    ours: z.boolean().describe('Whether it names this domain and its selector.'),
    reason: z
      .enum([
        'ok',
        'other_domain',
        'test_mode',
        'body_changed',
        'header_changed',
        'other_key',
        'no_key',
        'expired',
        'weak_algorithm',
        'unreadable',
        'dns_failed',
      ])
      .describe('What there is to say of it, for a program.'),
    detail: z
      .string()
      .describe('The same, in words.')
      .meta({ example: 'The signature of example.org verifies, and From has the same domain.' }),
  })
  .meta({ id: 'SignatureProof' });
export type SignatureProof = z.infer<typeof SignatureProofSchema>;

/** What a message proves, as a receiver got it. */
export const ProofSchema = z
  .object({
    from: z
      .array(z.string())
      .describe('The first ten addresses in From.')
      .meta({ example: ['help@example.org'] }),
    proved: z
      .boolean()
      .describe('Whether it has a signature of this domain’s key that verifies and is aligned.'),
    summary: z.string().describe('In words.').meta({
      example: 'It works: the message is signed with the key of example.org, and the signature verifies.',
    }),
    signatures: z.array(SignatureProofSchema).describe('The first five.'),
  })
  .meta({ id: 'Proof', description: 'Who signed a message that arrived, and what becomes of it.' });
export type Proof = z.infer<typeof ProofSchema>;
