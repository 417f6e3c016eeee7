import {
  ActorSchema,
  IdSchema as AnyIdSchema,
  DeliverySchema,
  DisabledReasonSchema,
  EventTypeSchema,
  SCOPES,
  SHARE_SCOPE,
} from '@letterhead/shared';
import { z } from 'zod';
import type { AccountRow } from '../../interface/accounts.ts';
import type { DomainRow, KeyRow, RecordId, RecordState } from '../../interface/domain-row.ts';
import type { EventRow, JsonValue, NewEvent } from '../../interface/events.ts';
import type { RetiredLabel } from '../../interface/key-zone.ts';
import type { TokenRow } from '../../interface/token-row.ts';
import type { DeliveryRow, WebhookRow } from '../../interface/webhooks.ts';

/** No counting gets here: a file with a higher number was edited, and the numbers after it could soon not be told apart. */
const COUNTED_MOST = 2 ** 52;

export const IdSchema = AnyIdSchema.max(COUNTED_MOST);

/** A count or a mark that begins at 0. */
export const CounterSchema = z.int().min(0).max(COUNTED_MOST);

/** Months and hours that do not exist are refused: nothing could be planned by them. */
const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

export const InstantSchema = z.string().regex(INSTANT, 'is not an instant');

const TextSchema = z.string().min(1);

/** SHA-256 in hex. */
const LOGO_HASH = /^[0-9a-f]{64}$/;

export const AccountRowSchema: z.ZodType<AccountRow> = z.strictObject({
  id: IdSchema,
  name: z.string(),
  display_name: z.string().nullable(),
  contact_email: z.string().nullable(),
  logo: z.string().regex(LOGO_HASH).nullable(),
  notify: z.array(
    z.strictObject({
      address: TextSchema,
      since: InstantSchema,
      refused: z.strictObject({ at: InstantSchema, answer: z.string() }).nullable(),
    }),
  ),
  suspended: z.boolean(),
  created_at: InstantSchema,
  updated_at: InstantSchema,
});

/** Its last use is kept in `token-use.json`. */
export type StoredToken = Omit<TokenRow, 'last_used_at'>;

export const StoredTokenSchema: z.ZodType<StoredToken> = z.strictObject({
  id: IdSchema,
  account_id: IdSchema,
  domain_id: IdSchema.nullable(),
  name: z.string(),
  prefix: z.string(),
  hash: TextSchema,
  scopes: z.array(z.enum([...SCOPES, SHARE_SCOPE])),
  expires_at: InstantSchema.nullable(),
  created_at: InstantSchema,
  subscriptions: z.array(
    z.strictObject({
      key: TextSchema,
      address: TextSchema.nullable(),
      asked_at: InstantSchema,
      state: z.enum(['asked', 'confirmed', 'ended']),
    }),
  ),
});

const KeyRowSchema: z.ZodType<KeyRow> = z.strictObject({
  id: IdSchema,
  selector: TextSchema,
  algorithm: z.literal('rsa-sha256'),
  bits: IdSchema,
  state: z.enum(['pending', 'active', 'retiring', 'revoked']),
  published_as: z.enum(['txt', 'cname']),
  public_key: TextSchema,
  private_key: TextSchema.nullable(),
  created_at: InstantSchema,
  activated_at: InstantSchema.nullable(),
  retires_at: InstantSchema.nullable(),
  usable_at: InstantSchema.nullable(),
});

const delegationFields = {
  zone: TextSchema,
  label: TextSchema,
  selectors: z.tuple([TextSchema, TextSchema]),
};

export const RetiredLabelSchema: z.ZodType<RetiredLabel> = z.strictObject({
  ...delegationFields,
  keys: z.tuple([TextSchema.nullable(), TextSchema.nullable()]),
  retired_at: InstantSchema,
});

export const RecordIdSchema = z.custom<RecordId>(
  (value) => typeof value === 'string' && /^(dkim:[1-9]\d*|cname:[\w.-]+|return_path)$/.test(value),
  'is not the id of a record',
);

const RecordStateSchema: z.ZodType<RecordState> = z.strictObject({
  id: RecordIdSchema,
  kind: z.enum(['dkim', 'cname', 'return_path']),
  selector: TextSchema,
  target: TextSchema.nullable(),
  verified: z.boolean(),
  degraded: z.boolean(),
  since: InstantSchema,
  wrong_since: InstantSchema.nullable(),
});

/** Its check times are kept in `schedule.json`. */
export type StoredDomain = Omit<DomainRow, 'checks'>;

export const StoredDomainSchema: z.ZodType<StoredDomain> = z.strictObject({
  id: IdSchema,
  account_id: IdSchema,
  domain: TextSchema,
  subdomain: z.string().nullable(),
  verified: z.boolean(),
  keys: z.array(KeyRowSchema),
  last_key_id: IdSchema,
  delegation: z.strictObject(delegationFields).nullable(),
  records: z.array(RecordStateSchema),
  previous_keys: z.array(z.string()),
  created_at: InstantSchema,
  updated_at: InstantSchema,
});

const newEventFields = {
  type: EventTypeSchema,
  domain: z.strictObject({ id: IdSchema, name: z.string() }).nullable(),
  actor: ActorSchema,
  at: InstantSchema,
  // It comes out of JSON.parse or goes into JSON.stringify: only that it is an object is left to check.
  changes: z.custom<Record<string, JsonValue>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'is not an object',
  ),
};

export const NewEventSchema: z.ZodType<NewEvent> = z.strictObject(newEventFields);
export const EventRowSchema: z.ZodType<EventRow> = z.strictObject({ id: IdSchema, ...newEventFields });

export const WebhookRowSchema: z.ZodType<WebhookRow> = z.strictObject({
  id: IdSchema,
  account_id: IdSchema,
  url: TextSchema,
  secret: TextSchema,
  previous: z.strictObject({ secret: TextSchema, until: InstantSchema }).nullable(),
  events: z.array(EventTypeSchema).nullable(),
  domains: z.array(IdSchema).nullable(),
  enabled: z.boolean(),
  disabled_reason: DisabledReasonSchema.nullable(),
  after: CounterSchema,
  created_at: InstantSchema,
  updated_at: InstantSchema,
});

/** What a file of `deliveries/` keeps, newest first. */
export const DeliveryRowsSchema: z.ZodType<DeliveryRow[]> = z.array(
  z.strictObject({ ...DeliverySchema.shape, event: CounterSchema.nullable(), at: InstantSchema }),
);
