import { DiagnosisCodeSchema } from '@letterhead/shared';
import { z } from 'zod';
import { isWhole } from '../../../records/record-states.ts';
import type { JsonValue } from '../../interface/events.ts';
import { quickCheck } from './quick-check.ts';
import {
  AccountRowSchema,
  CounterSchema,
  EventRowSchema,
  IdSchema,
  InstantSchema,
  NewEventSchema,
  RecordIdSchema,
  RetiredLabelSchema,
  StoredDomainSchema,
  StoredTokenSchema,
  WebhookRowSchema,
} from './rows.ts';
import {
  accountUpgrades,
  cursorUpgrades,
  everyUpgrade,
  installationUpgrades,
  scheduleUpgrades,
  type Upgrades,
} from './upgrades.ts';

/** The number that every file carries: raised with each change of what is written, whatever it is (upgrades.ts). */
export const FORMAT = 8;

/** What a file has to be like. */
export interface Shape<T> {
  /** Answers quickly; `schema` says why not. */
  readonly fits: (content: unknown) => content is T;
  readonly schema: z.ZodType<T>;
  /** From each format to the next; the first is from format 1. */
  readonly upgrades: readonly z.ZodType[];
}

function shape<T>(schema: z.ZodType<T>, upgrades: Upgrades = {}): Shape<T> {
  return { schema, fits: quickCheck(schema), upgrades: everyUpgrade(upgrades, FORMAT) };
}

const FormatSchema = z.literal(FORMAT);

/** What is in a file, which is replaced as a whole and never changed in place. */
type FileOf<S extends z.ZodType, T = z.infer<S>> = {
  readonly [Key in keyof T]: T[Key] extends (infer Row)[] ? readonly Row[] : T[Key];
};

/** `accounts/<id>.json`: what one account holds. */
const AccountFileSchema = z.strictObject({
  format: FormatSchema,
  account: IdSchema,
  /** The id of the newest event. */
  last_event_id: CounterSchema,
  /** The number of the newest entry of the installation's outbox that is among the events. */
  installation_sequence: CounterSchema,
  /** The newest events without a gap, as far as the log on disk may not hold them yet. */
  outbox: z.array(EventRowSchema),
  domains: byId(StoredDomainSchema),
  /** Of domains that were deleted or renamed. */
  retired_labels: z.array(RetiredLabelSchema),
  webhooks: byId(WebhookRowSchema),
});
export type AccountFile = FileOf<typeof AccountFileSchema>;

export const AccountFileShape: Shape<AccountFile> = shape(
  AccountFileSchema.refine((file) => file.domains.every((row) => row.account_id === file.account), {
    path: ['domains'],
    error: 'belong to another account',
  })
    .refine((file) => file.domains.every(isWhole), {
      path: ['domains'],
      error: 'have not one key that signs, or a key and its record do not belong together',
    })
    .refine((file) => file.outbox.every((event, at) => event.id === idInOutbox(file, at)), {
      path: ['outbox'],
      error: 'does not end with the last event',
    }),
  accountUpgrades,
);

function idInOutbox(file: AccountFile, at: number): number {
  return file.last_event_id - file.outbox.length + 1 + at;
}

/** An event that waits for its way into the log of an account. */
export type OutboxEntry = InstallationFile['outbox'][number];

/** `installation.json`: who there is. */
const InstallationFileSchema = z.strictObject({
  format: FormatSchema,
  /** Recognises the key that encrypts private keys; null until there is one. */
  secret_key_check: z.string().nullable(),
  /** Every id that was ever given lies below these; of domains, ids are reserved in blocks. */
  next: z.strictObject({ account: IdSchema, token: IdSchema, domain: IdSchema }),
  /** The number of the newest entry that the outbox ever had. */
  sequence: CounterSchema,
  accounts: byId(AccountRowSchema),
  tokens: byId(StoredTokenSchema),
  outbox: z.array(z.strictObject({ sequence: IdSchema, account: IdSchema, event: NewEventSchema })),
  /** Deleted accounts whose files may still be there. */
  removing: z.array(IdSchema),
  /** Of accounts that were deleted. */
  retired_labels: z.array(RetiredLabelSchema),
});
export type InstallationFile = FileOf<typeof InstallationFileSchema>;

export const InstallationFileShape: Shape<InstallationFile> = shape(
  InstallationFileSchema.refine((file) => file.outbox.every((entry) => entry.sequence <= file.sequence), {
    path: ['outbox'],
    error: 'is ahead of its sequence',
  }),
  installationUpgrades,
);

/** `ids.json`, where format 1 kept the ids to give next. */
const IdsFormat1Schema = z.strictObject({
  format: z.literal(1),
  account: IdSchema,
  token: IdSchema,
  domain: IdSchema,
});
export const IdsFormat1Shape = {
  schema: IdsFormat1Schema,
  fits: quickCheck(IdsFormat1Schema),
  upgrades: [],
};

/** What each column of `schedule.json` holds; a line a domain, for there may be 100,000. */
export const SCHEDULE_COLUMNS = ['id', 'checked_at', 'began_at', 'due', 'codes'] as const;

const ScheduleLineSchema = z.tuple([
  IdSchema,
  InstantSchema.nullable(),
  InstantSchema.nullable(),
  z.array(z.tuple([RecordIdSchema, InstantSchema.nullable()])),
  z.array(z.tuple([RecordIdSchema, DiagnosisCodeSchema])),
]);

/** `schedule.json`: when each domain was checked, what was found, and when its records are due. */
export const ScheduleFileShape = shape(
  z.strictObject({
    format: FormatSchema,
    columns: z.array(z.string()),
    checks: z.array(ScheduleLineSchema),
  }),
  scheduleUpgrades,
);

/** `token-use.json`: when each token was last used. */
export const TokenUseFileShape = shape(
  z.strictObject({
    format: FormatSchema,
    tokens: z.array(z.strictObject({ id: IdSchema, last_used_at: InstantSchema })),
  }),
);

/** `cursors.json`: how far each follower of a log has come. */
export const CursorsFileShape = shape(
  z.strictObject({
    format: FormatSchema,
    columns: z.array(z.string()),
    cursors: z.array(
      z.tuple([
        z.enum(['webhook', 'notice']),
        IdSchema,
        CounterSchema,
        CounterSchema,
        CounterSchema,
        InstantSchema.nullable(),
        z.boolean().nullable(),
        InstantSchema.nullable(),
        z.custom<JsonValue>(() => true),
      ]),
    ),
  }),
  cursorUpgrades,
);

export type CursorsFile = z.infer<typeof CursorsFileShape.schema>;

export type ScheduleFile = z.infer<typeof ScheduleFileShape.schema>;
export type TokenUseFile = z.infer<typeof TokenUseFileShape.schema>;

/** `evidence/<account>/<domain>.json`. */
export const EvidenceFileShape = shape(
  z.strictObject({
    format: FormatSchema,
    evidence: z.custom<JsonValue>(() => true),
  }),
);

/** `logos/<account>.<SHA-256>.json`: a PNG in Base64. */
export const LogoFileShape = shape(z.strictObject({ format: FormatSchema, png: z.string() }));

/** The first line of an account's log; every other line is an event. */
export const EventLogHeaderSchema = z.object({ format: IdSchema, account: IdSchema });

/** Rows in the order of their ids, for searches by halves. */
function byId<Row extends { readonly id: number }>(row: z.ZodType<Row>): z.ZodType<Row[]> {
  return z.array(row).refine(idsRise, { error: 'are not in the order of their ids' });
}

function idsRise(rows: readonly { readonly id: number }[]): boolean {
  let last = 0;
  for (const row of rows) {
    if (row.id <= last) return false;
    last = row.id;
  }
  return true;
}
