import { z } from 'zod';
import { IdSchema } from './account.ts';

/**
 * Everything that is worth telling. `degraded`: found wrong once; `unreachable`: verified, but nothing definitive has
 * been heard for 24 hours; `recovered`: found right after either; `lost`: `verified` was taken away. `key.delivered`: the
 * first of a day for a token and a domain; `key.mismatch`: the stored private key is not the published one's.
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
  'key.imported',
  'key.delivered',
  'key.mismatch',
  'domain.created',
  'domain.renamed',
  'domain.verified',
  'domain.degraded',
  'domain.unreachable',
  'domain.recovered',
  'domain.lost',
  'domain.deleted',
] as const;

export const EventTypeSchema = z.enum(EVENT_TYPES).meta({ id: 'EventType' });
export type EventType = z.infer<typeof EventTypeSchema>;

/** Who made a change: a token (and its network address), the command line, or the monitor. */
export const ActorSchema = z
  .object({
    kind: z.enum(['token', 'cli', 'monitor']),
    token_id: IdSchema.nullable(),
    address: z.string().nullable(),
  })
  .meta({ id: 'Actor' });

export type Actor = z.infer<typeof ActorSchema>;

/** An entry in the log of an account. */
export const EventSchema = z
  .object({
    id: IdSchema.describe('Rises within the account.'),
    type: EventTypeSchema,
    domain: z.object({ id: IdSchema, name: z.string() }).nullable(),
    actor: ActorSchema,
    at: z.date(),
    changes: z
      .record(z.string(), z.json())
      .describe('What changed: fields with their old and new values, or what was created or removed.'),
  })
  .meta({ id: 'Event', description: 'Something that happened in an account.' });

export type Event = z.infer<typeof EventSchema>;
