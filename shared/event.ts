import { z } from 'zod';
import { IdSchema } from './account.ts';
import { RecordDiagnosisSchema } from './diagnosis.ts';

/**
 * Everything that is worth telling. `degraded`: found wrong once; `unreachable`: verified, but nothing definitive has
 * been heard for 24 hours; `recovered`: found right after either; `lost`: `verified` was taken away. `key.activated`: the
 * record of a pending key was found, and it signs; `key.retired`: a key left the domain; `key.delivered`: the first of a
 * day for a token and a domain; `key.mismatch`: the stored private key is not the published one's.
 */
export const EVENT_TYPES = [
  'account.created',
  'account.renamed',
  'account.updated',
  'account.suspended',
  'account.resumed',
  'account.deleted',
  'token.created',
  'token.revoked',
  'share.created',
  'share.revoked',
  'webhook.created',
  'webhook.updated',
  'webhook.disabled',
  'webhook.deleted',
  'key.created',
  'key.activated',
  'key.retired',
  'key.revoked',
  'key.imported',
  'key.delivered',
  'key.mismatch',
  'delegation.changed',
  'zone.drift',
  'domain.created',
  'domain.renamed',
  'domain.verified',
  'domain.degraded',
  'domain.unreachable',
  'domain.recovered',
  'domain.lost',
  'domain.deleted',
] as const;

export const EventTypeSchema = z
  .enum(EVENT_TYPES)
  .describe(
    'What happened. `domain.degraded`: a verified record was found wrong once; `domain.unreachable`: nothing definitive has been heard of it for 24 hours; `domain.recovered`: it was found right after either; `domain.lost`: `verified` was taken away; `key.activated`: the record of a pending key was found, and it signs from now on; `key.retired`: the key left the domain, and its record may be removed; `key.revoked`: it never signs again, and its record has to be removed; `key.delivered`: a mail server fetched the key, for the first time on that day; `key.mismatch`: the stored private key is not the published one’s; `delegation.changed`: where the domain’s keys are to be published was changed; `zone.drift`: this Letterhead’s own zone had something else at the domain’s names than it was to have, and was repaired.',
  )
  .meta({ id: 'EventType' });
export type EventType = z.infer<typeof EventTypeSchema>;

/** Who made a change: a token (and its network address), the command line, or the monitor. */
export const ActorSchema = z
  .object({
    kind: z
      .enum(['token', 'cli', 'monitor'])
      .describe(
        '`cli`: the command line on the server itself, or its first start; `monitor`: an automatic check.',
      ),
    token_id: IdSchema.nullable().describe('With `token`: its id.').meta({ example: 1 }),
    address: z
      .string()
      .nullable()
      .describe('With `token`: the network address that it was used from.')
      .meta({ example: '203.0.113.7' }),
  })
  .meta({ id: 'Actor', description: 'Who made a change.' });

export type Actor = z.infer<typeof ActorSchema>;

/** Any JSON at all. */
export const JsonSchema = z.json();

/** What events of domains can say in `changes`; those of earlier versions say less. */
export const EventFactsSchema = z.object({
  cached_until: z.iso
    .datetime()
    .exactOptional()
    .describe(
      'Of `domain.degraded`: until when receivers’ caches may hold the right record, so that mail still verifies there. Not given where its TTL is not known.',
    )
    .meta({ example: '2026-11-27T01:00:00Z' }),
  verified_until: z.iso
    .datetime()
    .exactOptional()
    .describe(
      'Of `domain.degraded`: when it is checked again; only a check from then on takes `verified` away by itself.',
    )
    .meta({ example: '2026-11-27T00:15:00Z' }),
  heard_at: z.iso
    .datetime()
    .exactOptional()
    .describe('Of `domain.unreachable`: when something definitive was last heard.')
    .meta({ example: '2026-11-26T00:00:00Z' }),
  title: RecordDiagnosisSchema.shape.title
    .exactOptional()
    .describe(
      'Of `domain.degraded`, `domain.unreachable` and `domain.lost`: what was the matter with the record, in a few words. `fix` and `action` are what to do about it, as in the diagnosis.',
    ),
  fix: RecordDiagnosisSchema.shape.fix.exactOptional(),
  action: RecordDiagnosisSchema.shape.action.exactOptional(),
});
export type EventFacts = z.infer<typeof EventFactsSchema>;

/** Which domain an event is about. */
export const EventDomainSchema = z
  .object({
    id: IdSchema.describe('Its id.').meta({ example: 1 }),
    name: z.string().describe('Its name at that time.').meta({ example: 'example.org' }),
  })
  .nullable()
  .describe('The domain that it is about; null where it is about none.');

/** An entry in the log of an account. */
export const EventSchema = z
  .object({
    id: IdSchema.describe('Rises within the account.').meta({ example: 1 }),
    type: EventTypeSchema.describe('What happened.').meta({ example: 'domain.verified' }),
    domain: EventDomainSchema,
    actor: ActorSchema.describe('Who made the change.'),
    at: z.date().describe('When it happened.'),
    changes: EventFactsSchema.catchall(JsonSchema)
      .describe('What changed: fields with their old and new values, or what was created or removed.')
      .meta({ example: { record: 'DKIM' } }),
  })
  .meta({ id: 'Event', description: 'Something that happened in an account.' });

export type Event = z.infer<typeof EventSchema>;
