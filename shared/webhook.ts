import { z } from 'zod';
import { IdSchema } from './account.ts';
import { EventDomainSchema, EventTypeSchema } from './event.ts';

export const URL_MAX_LENGTH = 2_000;
const FILTER_MAX = 100;

/** Why an endpoint is disabled. `gone`: it answered 410; `failed`: every attempt failed; `requested`: somebody did it. */
export const DisabledReasonSchema = z.enum(['gone', 'failed', 'requested']);
export type DisabledReason = z.infer<typeof DisabledReasonSchema>;

const EventFilterSchema = z
  .array(EventTypeSchema)
  .min(1, 'Name at least one event, or give null for all.')
  .nullable()
  .describe('The events that it gets; null for all.')
  .meta({ example: ['domain.degraded', 'domain.lost'] });

const DomainFilterSchema = z
  .array(IdSchema)
  .min(1, 'Name at least one domain, or give null for all.')
  .max(FILTER_MAX, `Name at most ${FILTER_MAX} domains, or give null for all.`)
  .nullable()
  .describe('The domains whose events it gets, by id; null for all, and for events that are about none.')
  .meta({ example: null });

const UrlSchema = z
  .string()
  .trim()
  .max(URL_MAX_LENGTH, `Use at most ${URL_MAX_LENGTH} characters for the URL.`)
  .describe('Where events are sent to: an https URL at a public address.')
  .meta({ example: 'https://hooks.example.org/letterhead' });

/** An endpoint, without its secret. */
export const WebhookSchema = z
  .object({
    id: IdSchema.describe('Unique within the account; never reused.').meta({ example: 12 }),
    account_id: IdSchema.describe('The account whose events it gets.').meta({ example: 1 }),
    url: UrlSchema,
    events: EventFilterSchema,
    domains: DomainFilterSchema,
    enabled: z.boolean().describe('Whether events are sent to it.'),
    disabled_reason: DisabledReasonSchema.nullable().describe(
      'Why not: `gone`: it answered 410; `failed`: every attempt failed, for more than three days; `requested`: somebody disabled it.',
    ),
    created_at: z.date().describe('When it was created.'),
    updated_at: z.date().describe('When it was last changed.'),
  })
  .meta({ id: 'Webhook', description: 'An endpoint that the events of an account are sent to.' });
export type Webhook = z.infer<typeof WebhookSchema>;

/** The answer to creating an endpoint, and to changing its secret: only these contain it. */
export const NewWebhookSchema = WebhookSchema.extend({
  secret: z
    .string()
    .describe('Signs what is sent (Standard Webhooks). It is shown this once.')
    .meta({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
}).meta({ id: 'NewWebhook' });
export type NewWebhook = z.infer<typeof NewWebhookSchema>;

export const WebhookInputSchema = z.object({
  url: UrlSchema,
  events: EventFilterSchema.default(null),
  domains: DomainFilterSchema.default(null),
});
export type WebhookInput = z.infer<typeof WebhookInputSchema>;

/** A field that is not given stays as it is. */
export const WebhookChangeSchema = z.object({
  url: UrlSchema.optional(),
  events: EventFilterSchema.optional(),
  domains: DomainFilterSchema.optional(),
  enabled: z
    .boolean()
    .optional()
    .describe('`true` goes on with the first event that was not delivered.')
    .meta({ example: true }),
  skip_backlog: z
    .boolean()
    .optional()
    .describe('Whether to go on from now instead.')
    .meta({ example: false }),
});
export type WebhookChange = z.infer<typeof WebhookChangeSchema>;

/** An attempt that has ended. */
export const DeliverySchema = z
  .object({
    id: IdSchema.describe('Rises within the endpoint.').meta({ example: 1 }),
    event: IdSchema.nullable().describe('The id of the event; null where it is about none.'),
    domain: EventDomainSchema.describe('The domain that the event is about; null where it is about none.'),
    type: z.string().describe('What was sent.').meta({ example: 'domain.verified' }),
    trigger: z
      .enum(['event', 'test', 'again'])
      .describe('`event`: in its order; `test`, `again`: somebody asked for it.'),
    at: z.date().describe('When it began.'),
    duration: z.int().min(0).describe('In milliseconds.').meta({ example: 84 }),
    status: z
      .int()
      .nullable()
      .describe('The status of the answer; null: there was none.')
      .meta({ example: 204 }),
    delivered: z.boolean().describe('Whether it was answered with 2xx in time.'),
    error: z.string().nullable().describe('Why it was not delivered.').meta({ example: null }),
    answer: z.string().describe('The first 1 KB of the answer.').meta({ example: 'ok' }),
  })
  .meta({ id: 'Delivery', description: 'One attempt to send an event to an endpoint.' });
export type Delivery = z.infer<typeof DeliverySchema>;
