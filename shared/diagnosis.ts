import { z } from 'zod';
import { IdSchema } from './account.ts';
import { DIAGNOSES, type DiagnosisCode } from './diagnosis-codes.ts';
import { DnsRecordSchema } from './domain.ts';
import { SEVERITIES, STATUSES } from './rules.ts';

/** Status of a domain: the state of its DKIM record, which mail depends on. */
export const StatusSchema = z
  .enum(STATUSES)
  .describe(
    '`pending`: not verified yet, still being checked. `verified`. `degraded`: verified, but the last check found it wrong, or nothing definitive has been heard for 24 hours. `failed`: lost, or given up.',
  )
  .meta({ id: 'Status' });

export const SeveritySchema = z
  .enum(SEVERITIES)
  .describe(
    '`ok`; `info`: nothing has to be done; `warning`: something should be; `error`: mail depends on it.',
  )
  .meta({ id: 'Severity' });

/** Diagnosis codes, in their order of precedence. Object.keys loses the type; the keys of the table are what it holds. */
export const DIAGNOSIS_CODES = Object.keys(DIAGNOSES) as [DiagnosisCode, ...DiagnosisCode[]];

export const DiagnosisCodeSchema = z
  .enum(DIAGNOSIS_CODES)
  .describe('What a check found of a record, as a stable word for a program.')
  .meta({ id: 'DiagnosisCode' });

/** The answer of one name server. */
export const NameServerObservationSchema = z
  .object({
    name: z.string().describe('Host name of the server.').meta({ example: 'ns1.example.org' }),
    address: z.string().describe('The address that was asked.').meta({ example: '192.0.2.53' }),
    outcome: z
      .string()
      .describe(
        '`present`, `absent`, or why nothing is known: `timeout`, `servfail`, `bogus`, `refused`, `lame`, `unreachable`, `malformed`, `budget`, `not-asked`.',
      )
      .meta({ example: 'absent' }),
    values: z.array(z.string()).describe('The values of the records in the answer.').meta({ example: [] }),
    ms: z.number().describe('How long the answer took, in milliseconds.').meta({ example: 12 }),
  })
  .meta({ id: 'NameServerObservation' });
export type NameServerObservation = z.infer<typeof NameServerObservationSchema>;

/** A change to make in the DNS, for programs. */
export const ActionSchema = z
  .object({
    kind: z
      .enum(['add', 'replace', 'move', 'remove', 'registrar'])
      .describe(
        '`add`: add the record. `replace`: take `remove` away and have the record instead. `move`: the record is at `from_host` and belongs at `host`, from where `remove` is taken away. `remove`: take `remove` away and keep the record. `registrar`: at the registrar of `zone`, set its name servers to `value` (`NS`), or take its DS records away (`DS`); with any other type, register it or renew it, then add the record.',
      ),
    zone: z.string().describe('The zone that it is done in.').meta({ example: 'example.org' }),
    type: z
      .enum([...DnsRecordSchema.shape.type.options, 'NS', 'DS'])
      .describe('The type of the record.')
      .meta({ example: 'TXT' }),
    host: z
      .string()
      .describe('Relative to the zone; `@` is the zone itself.')
      .meta({ example: '653216321fh._domainkey' }),
    value: z
      .string()
      .describe('What the host has afterwards; name servers are separated by spaces.')
      .meta({ example: 'k=rsa;p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA...' }),
    from_host: z
      .string()
      .nullable()
      .describe('With `move`: the host that the record has now, relative to the zone.')
      .meta({ example: null }),
    remove: z
      .array(
        z.object({
          type: z.string().describe('The type of the records.'),
          count: z.int().describe('How many records of this type that is.'),
          values: z.array(z.string()).nullable().describe('Null: all of this type but `value`.'),
        }),
      )
      .describe('What is at `host` now and must go.')
      .meta({ example: [] }),
  })
  .meta({ id: 'Action', description: 'What would be done in the DNS, as a program does it.' });
export type Action = z.infer<typeof ActionSchema>;

/** What the last check found of one record, and how to fix it. */
export const RecordDiagnosisSchema = z
  .object({
    label: DnsRecordSchema.shape.label,
    type: DnsRecordSchema.shape.type,
    hostname: DnsRecordSchema.shape.hostname,
    fqdn: z
      .string()
      .describe('The host name in full.')
      .meta({ example: '653216321fh._domainkey.example.org' }),
    state: z
      .enum(['unchecked', 'valid', 'missing', 'invalid', 'unknown'])
      .describe('The last definitive one; `unknown` before there was any.')
      .meta({ example: 'missing' }),
    code: DiagnosisCodeSchema.describe('What the last check found of it.').meta({ example: 'HOST_DOUBLED' }),
    severity: SeveritySchema.describe('How bad that is.').meta({ example: 'error' }),
    transient: z
      .boolean()
      .describe('Nothing definitive was heard: what was known before still holds.')
      .meta({ example: false }),
    source: z
      .enum(['authority', 'resolver'])
      .nullable()
      .describe('Whether the domain’s own name servers said so, or the resolver.'),
    title: z
      .string()
      .describe('What is the matter, in a few words. For people: programs read the facts.')
      .meta({ example: 'The domain appears twice in the host' }),
    detail: z.string().describe('The same in a sentence or a few, with what was found.').meta({
      example:
        'We asked the domain’s name server ns1.example.org and found the record at 653216321fh._domainkey.example.org.example.org instead of 653216321fh._domainkey.example.org. The DNS form added the domain by itself.',
    }),
    fix: z
      .string()
      .nullable()
      .describe(
        '`action` as one imperative sentence with the exact value to type; or what else to do, where no value is known.',
      )
      .meta({
        example:
          'In the DNS settings of example.org, change the host of the TXT record from “653216321fh._domainkey.example.org” to “653216321fh._domainkey” and leave its value “k=rsa;p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA...” as it is.',
      }),
    zone: z
      .string()
      .describe('The zone that the record belongs in: its own name servers’, or the registrable domain.')
      .meta({ example: 'example.org' }),
    found_at: z
      .string()
      .nullable()
      .describe('The name where the record landed instead of `fqdn`.')
      .meta({ example: '653216321fh._domainkey.example.org.example.org' }),
    action: ActionSchema.nullable()
      .describe('Null where nothing in the DNS has to be changed.')
      .meta({
        example: {
          kind: 'move',
          zone: 'example.org',
          type: 'TXT',
          host: '653216321fh._domainkey',
          value: 'k=rsa;p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA...',
          from_host: '653216321fh._domainkey.example.org',
          remove: [],
        },
      }),
    expected: z
      .string()
      .describe('The value that the record must have.')
      .meta({ example: 'k=rsa;p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA...' }),
    found: z
      .array(z.string())
      .describe('The values that were found at `fqdn`, or where the record landed instead.')
      .meta({ example: ['k=rsa;p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA...'] }),
    nameservers: z
      .array(NameServerObservationSchema)
      .describe('Who was asked for the record at `fqdn`, and what each answered.'),
    observed_at: z.date().nullable().describe('When they were asked; null before the first check.'),
    clears_at: z
      .date()
      .nullable()
      .describe('When the resolver forgets what it remembers.')
      .meta({ example: null }),
  })
  .meta({ id: 'RecordDiagnosis' });
export type RecordDiagnosis = z.infer<typeof RecordDiagnosisSchema>;

/** Advice that helps mail arrive. Does not affect `verified`. */
export const AdviceSchema = z
  .object({
    code: z
      .enum([
        'REVOKED_KEY',
        'SPF_MISSING',
        'SPF_MULTIPLE',
        'SPF_INVALID',
        'SPF_TOO_MANY_LOOKUPS',
        'SPF_VOID_LOOKUPS',
        'SPF_PASS_ALL',
        'SPF_NOT_COUNTED',
        'SPF_OK',
        'DMARC_MISSING',
        'DMARC_MULTIPLE',
        'DMARC_INVALID',
        'DMARC_POLICY',
        'MX_MISSING',
      ])
      .describe('What the advice is about, as a stable word for a program.')
      .meta({ example: 'MX_MISSING' }),
    severity: SeveritySchema.describe('How bad that is.').meta({ example: 'warning' }),
    title: z
      .string()
      .describe('What is the matter, in a few words.')
      .meta({ example: 'No mail server for replies' }),
    detail: z
      .string()
      .describe('The same in a sentence or a few.')
      .meta({ example: 'example.org has no MX record, so replies to its addresses are probably lost.' }),
    fix: z.string().nullable().describe('One imperative sentence; null where there is nothing to do.').meta({
      example: 'To receive replies at example.org, add an MX record that points to your mail server.',
    }),
    action: ActionSchema.nullable()
      .describe('Null where no exact value can be given.')
      .meta({ example: null }),
  })
  .meta({ id: 'Advice' });
export type Advice = z.infer<typeof AdviceSchema>;

const CheckedAtSchema = z
  .date()
  .nullable()
  .describe('When it was last checked; null before the first check.');
const NextCheckAtSchema = z
  .date()
  .nullable()
  .describe('When it is next checked without being asked; null where it no longer is.');

/** Why a domain is, or is not, verified: what the last check found. */
export const DiagnosisSchema = z
  .object({
    status: StatusSchema.describe('Where the domain stands.'),
    checked_at: CheckedAtSchema,
    next_check_at: NextCheckAtSchema,
    records: z.array(RecordDiagnosisSchema).describe('Each of the domain’s records, in their order.'),
    advice: z
      .array(AdviceSchema)
      .describe('What else would help the mail arrive; `verified` does not depend on it.'),
  })
  .meta({ id: 'Diagnosis', description: 'Why, with evidence and fix: what the last check saw.' });
export type Diagnosis = z.infer<typeof DiagnosisSchema>;

/** Status of one domain in the overview. */
export const DomainStatusSchema = z
  .object({
    id: IdSchema.describe('The id of the domain.').meta({ example: 1 }),
    domain: z.string().describe('Its name.').meta({ example: 'example.org' }),
    status: StatusSchema.describe('Where the domain stands.'),
    code: DiagnosisCodeSchema.describe(
      'What the last check found of the domain’s worst record; the diagnosis has the others.',
    ).meta({ example: 'HOST_DOUBLED' }),
    severity: SeveritySchema.describe('How bad that is.').meta({ example: 'error' }),
    checked_at: CheckedAtSchema,
    next_check_at: NextCheckAtSchema,
  })
  .meta({ id: 'DomainStatus' });
export type DomainStatus = z.infer<typeof DomainStatusSchema>;
