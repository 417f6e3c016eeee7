import { z } from 'zod';
import { IdSchema } from './account.ts';
import { DnsRecordSchema, DomainSchema } from './domain.ts';

/** A DKIM key of a domain, without its private part. */
export const KeySchema = z
  .object({
    id: IdSchema.describe('Unique within the domain, and never reused there.').meta({ example: 1 }),
    domain_id: IdSchema.describe('The id of its domain.').meta({ example: 1 }),
    selector: z
      .string()
      .describe('The label before `_domainkey`, which signatures name in `s=`.')
      .meta({ example: '653216321fh' }),
    algorithm: z.literal('rsa-sha256').describe('What it signs with: `a=`.'),
    bits: z.int().describe('The length of the key.').meta({ example: 2048 }),
    state: z
      .enum(['pending', 'active', 'retiring', 'revoked'])
      .describe(
        '`pending`: it signs once all name servers that answer have its record. `active`: it signs while its record is verified. `retiring`: it signs no more, and its record stays for mail under way. `revoked`: it never signs again, and its record has to be removed.',
      )
      .meta({ example: 'active' }),
    published_as: z
      .enum(['txt', 'cname'])
      .describe(
        'The kind of record that publishes it. `cname`: it is in the zone of this Letterhead, where a CNAME record of the domain points to.',
      )
      .meta({ example: 'txt' }),
    created_at: z.date().describe('When it was created.'),
    activated_at: z.date().nullable().describe('When its record was first verified while it was active.'),
    retires_at: z
      .date()
      .nullable()
      .describe('With `retiring`: from when on its record can be removed.')
      .meta({ example: null }),
    fingerprint: z
      .string()
      .describe('SHA-256 of the public key (DER SubjectPublicKeyInfo), base64url.')
      .meta({ example: '3q2-7wEjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWc' }),
  })
  .meta({ id: 'Key', description: 'A DKIM key of a domain, without its private part.' });

export type Key = z.infer<typeof KeySchema>;

/** Where the keys of a domain are published. */
export const DelegationSchema = z
  .object({
    delegated: z
      .boolean()
      .describe('Whether the key that signs is in the zone of this Letterhead: then it is rotated there.'),
    pending: z
      .boolean()
      .nullable()
      .describe(
        'What `delegated` will be once the records to publish are found; null: it is not about to change.',
      )
      .meta({ example: null }),
    names: z
      .object({
        hostname: DnsRecordSchema.shape.hostname,
        value: z
          .string()
          .describe('The name in the zone of this Letterhead.')
          .meta({ example: '653216321fh.k3v9x2m7q4w8z1c6b5n0t8r2yd.keys.example.net' }),
      })
      .array()
      .describe('The CNAME records of the domain, which stay the same; empty if it was never delegated.'),
  })
  .meta({ id: 'Delegation', description: 'Where the keys of a domain are published.' });

export type Delegation = z.infer<typeof DelegationSchema>;

/** What became of a key that was to be imported. */
export const ImportedKeySchema = z
  .object({
    outcome: z
      .enum(['imported', 'unchanged', 'importable'])
      .describe(
        '`imported`: the domain was created with it. `unchanged`: the account has the domain with this very key. `importable`: with `dry_run`, it would be imported.',
      ),
    domain: DomainSchema.nullable().describe('Null with `importable`.'),
    key: KeySchema.nullable().describe('Null with `importable`.'),
    bits: z.int().positive().describe('The length of the key.').meta({ example: 2048 }),
    proved: z.boolean().describe('Whether the DNS has its public key.'),
    warnings: z.array(z.string()).describe('Sentences for a person.').meta({ example: [] }),
  })
  .meta({ id: 'ImportedKey', description: 'What became of a key that was to be imported.' });

export type ImportedKey = z.infer<typeof ImportedKeySchema>;
