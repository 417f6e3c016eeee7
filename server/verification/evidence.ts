import { z } from 'zod';
import type { Delegation, DnssecFailure, Observation, Outcome, RecordType, ZoneCut } from '../dns/outcome.ts';
import type { ByRecord } from '../store/interface/domain-row.ts';
import type { SpfProblem } from './advice/spf-lookups.ts';

/**
 * What one check saw, as plain data. It is judged at once; stored-diagnosis.ts has what is kept of that. The schemas
 * read what was stored before that was so. Instants are text, durations are numbers.
 */

const UnknownReasonSchema = z.enum([
  'timeout',
  'servfail',
  'bogus',
  'refused',
  'lame',
  'unreachable',
  'malformed',
  'budget',
]);
const RecordTypeSchema = z.enum([
  'TXT',
  'CNAME',
  'NS',
  'SOA',
  'A',
  'AAAA',
  'MX',
  'CAA',
  'DS',
  'DNSKEY',
]) satisfies z.ZodType<RecordType>;

const OutcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('present'),
    values: z.array(z.string()),
    total: z.number().exactOptional(),
    cname: z.string().nullable(),
    ttl: z.number(),
    negativeTtl: z.number().exactOptional(),
    throughDname: z.literal(true).exactOptional(),
  }),
  z.object({
    kind: z.literal('absent'),
    reason: z.enum(['nxdomain', 'nodata']),
    negativeTtl: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('unknown'),
    reason: UnknownReasonSchema,
    overTcp: z.literal(true).exactOptional(),
  }),
]) satisfies z.ZodType<Outcome>;

const ObservationSchema = z.object({
  name: z.string(),
  address: z.string(),
  outcome: z.union([
    OutcomeSchema,
    z.object({ kind: z.literal('not-asked'), why: z.literal('address-not-public') }),
  ]),
  ms: z.number(),
  namedBy: z.array(z.enum(['parent', 'child'])).exactOptional(),
}) satisfies z.ZodType<Observation>;

const ZoneCutSchema = z.object({
  zone: z.string(),
  above: z.string(),
  nameServers: z.array(z.string()),
  parentServers: z.array(z.string()),
}) satisfies z.ZodType<ZoneCut>;

const DelegationSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('found'),
    zone: z.string(),
    nameServers: z.array(z.string()),
    parentServers: z.array(z.string()).exactOptional(),
    resolverFailure: UnknownReasonSchema.exactOptional(),
  }),
  z.object({ kind: z.literal('no-such-domain') }),
  z.object({
    kind: z.literal('unknown'),
    reason: z.enum([...UnknownReasonSchema.options, 'resolver-unreachable']),
  }),
]) satisfies z.ZodType<Delegation>;

/**
 * What was found by a probe, made because the record was not correct. `doubled`, `elsewhere`: another name
 * holds the record itself. `sibling`: a random name beside the record's answers. `other-type`: the record's own
 * name has this.
 */
const FindingSchema = z.object({
  purpose: z.enum(['doubled', 'elsewhere', 'sibling', 'other-type']),
  name: z.string(),
  type: RecordTypeSchema,
  /** The zone that the name lies in; null where that is not known. */
  zone: z.string().nullable(),
  values: z.array(z.string()),
  cname: z.string().nullable(),
});
export type ProbeFinding = z.infer<typeof FindingSchema>;

/** Where an alias leads. */
const AliasSchema = z.object({
  /** What the name is an alias of; `target` is where that leads. Absent: all servers have the same. */
  from: z.string().exactOptional(),
  target: z.string(),
  /** The zone that it lies in, as its servers see it. */
  zone: z.string().exactOptional(),
  observations: z.array(ObservationSchema),
  /** It leads back to a name that it came by: there is no end. */
  circular: z.boolean().exactOptional(),
  /** It leads on over more aliases than are followed. */
  endless: z.boolean().exactOptional(),
});
export type FollowedAlias = z.infer<typeof AliasSchema>;

export const RecordEvidenceSchema = z.object({
  fqdn: z.string(),
  type: RecordTypeSchema,
  observed_at: z.string(),
  delegation: DelegationSchema,
  /** The zone that the record's name lies in, as its servers see it. */
  zone: z.string().nullable(),
  /** What the authorities said about the record. */
  observations: z.array(ObservationSchema),
  /** The zone below the registrable domain that names other servers than the zone above it does. */
  cut: ZoneCutSchema.exactOptional(),
  /** What the configured resolver says of it; null where it was not asked. */
  resolver: OutcomeSchema.nullable(),
  /** The end of an alias that the resolver could not follow to the right record. */
  alias: AliasSchema.nullable(),
  /** The ends of others, where servers have different aliases. */
  otherAliases: z.array(AliasSchema).exactOptional(),
  /** What the key zone's own servers have at the name that a right CNAME record points to. */
  target: z
    .object({
      observations: z.array(ObservationSchema),
      /** For how many seconds caches may hold what was there before; null: not known. */
      cachedFor: z.number().nullable(),
    })
    .exactOptional(),
  findings: z.array(FindingSchema),
  /** Why receivers that validate DNSSEC get no answer from the zone. */
  dnssec: z
    .object({ proof: z.enum(['resolver', 'keys']), ds: z.array(z.string()) })
    .exactOptional() satisfies z.ZodType<DnssecFailure | undefined>,
  /** Servers that the registrar names say that the zone names the same: the resolver remembers those that it named before. */
  outdatedDelegation: z.literal(true).exactOptional(),
  /** The private key that is stored does not belong to the public key that the record has to hold. */
  keyMismatch: z.literal(true).exactOptional(),
  /** The check's budget ended before everything was asked that concerns the record. */
  budgetEnded: z.boolean().exactOptional(),
});
export type RecordEvidence = z.infer<typeof RecordEvidenceSchema>;

/** The zone that the name lies in, as its servers see it; absent where that is not known. */
const AdviceZoneSchema = z.string().exactOptional();

const PlacedTermSchema = z.object({ term: z.string(), domain: z.string() });

const SpfProblemSchema = PlacedTermSchema.extend({
  kind: z.enum(['syntax', 'no-record', 'multiple-records', 'too-many-mail-servers', 'loop']),
}) satisfies z.ZodType<SpfProblem>;

/** What there is beside the records, for advice. */
export const AdviceEvidenceSchema = z.object({
  spf: z.object({
    txt: OutcomeSchema,
    /** A TXT record that was meant as one, where there is no SPF record. */
    lookalike: z.string().exactOptional(),
    /** How many DNS look-ups the record makes a receiver do; null where that could not be found out. */
    lookups: z.number().nullable(),
    /** The terms whose look-up finds nothing. */
    voids: z.array(PlacedTermSchema).readonly().exactOptional(),
    problem: SpfProblemSchema.nullable().exactOptional(),
    /** The term of an included record by which every server passes, and the term of the record itself that leads there. */
    passing: PlacedTermSchema.extend({ through: z.string() }).nullable().exactOptional(),
    zone: AdviceZoneSchema,
  }),
  /** TXT at `_dmarc` of each domain of the tree walk (RFC 9989 §4.10), from the domain itself up. */
  dmarc: z.array(
    z.object({
      name: z.string(),
      txt: OutcomeSchema,
      zone: AdviceZoneSchema,
      /** The target of a CNAME record at the name, which leads to no DMARC record and is no wildcard's. */
      alias: z.string().exactOptional(),
    }),
  ),
  mx: OutcomeSchema,
});
export type AdviceEvidence = z.infer<typeof AdviceEvidenceSchema>;

/** What one check saw: the records that were due, under this selector. */
export interface CheckEvidence {
  readonly selector: string;
  readonly records: ByRecord<RecordEvidence>;
  readonly advice: AdviceEvidence;
}
