import { z } from 'zod';
import { IdSchema } from './account.ts';

/** A DNS record, with the field names of a DNS provider's form. */
export const DnsRecordSchema = z
  .object({
    label: z.enum(['DKIM', 'Return-Path']).describe('What the record is for.').meta({ example: 'DKIM' }),
    type: z.enum(['TXT', 'CNAME']).describe('The type of the record.').meta({ example: 'TXT' }),
    hostname: z
      .string()
      .describe('Relative to the registrable domain.')
      .meta({ example: '653216321fh._domainkey' }),
    value: z
      .string()
      .describe('What the record has to say, in one line and without quotation marks.')
      .meta({ example: 'k=rsa;p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA...' }),
    verified: z.boolean().describe('Whether it was found in the DNS.'),
  })
  .meta({ id: 'DnsRecord', description: 'A record to publish, as it is typed into a DNS form.' });

export type DnsRecord = z.infer<typeof DnsRecordSchema>;

/** A sending domain: exactly these fields, in this order, in REST and in tRPC. */
export const DomainSchema = z
  .object({
    id: IdSchema.describe('Never reused.').meta({ example: 1 }),
    account_id: IdSchema.describe('The account that it belongs to.').meta({ example: 1 }),
    domain: z
      .string()
      .describe('The name as submitted, normalised: lower case, an IDN as its A-labels.')
      .meta({ example: 'example.org' }),
    subdomain: z
      .string()
      .nullable()
      .describe('What stands before the registrable domain; null where nothing does.')
      .meta({ example: null }),
    verified: z.boolean().describe('Whether at least one of its records is verified.'),
    dns_records: z.array(DnsRecordSchema).min(1).describe('The records to publish.'),
    updated_at: z.date().describe('When its name or its verification last changed.'),
    created_at: z.date().describe('When it was added.'),
  })
  .meta({ id: 'Domain', description: 'A domain to send mail from, with the DNS records to publish.' });

export type Domain = z.infer<typeof DomainSchema>;
