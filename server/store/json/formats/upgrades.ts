import { z } from 'zod';

/**
 * How files of earlier formats are read: each upgrade takes the content of one format and gives that of the next. It is
 * pure, and is never changed again once a version with it was released. What it gives has to fit the next one, and in
 * the end the shape of today (formats.ts). A file is written in today's format when it is next written.
 */

/** By the format that they read: the others were the same in the next one. */
export type Upgrades = Readonly<Record<number, z.ZodType>>;

/** Those from each format to the next, up to `latest`. */
export function everyUpgrade(changes: Upgrades, latest: number): readonly z.ZodType[] {
  return Array.from({ length: latest - 1 }, (_, at) => changes[at + 1] ?? renumbered(at + 1));
}

function renumbered(format: number): z.ZodType {
  return z.looseObject({ format: z.literal(format) }).transform((file) => ({ ...file, format: format + 1 }));
}

type RecordFormat1 = z.infer<typeof RecordFormat1>;
const RecordFormat1 = z.object({ verified: z.boolean(), degraded: z.boolean(), since: z.string() });

/** A domain had one key, with its record, and at most a Return-Path record. */
const DomainFormat1 = z
  .object({
    id: z.number(),
    account_id: z.number(),
    domain: z.string(),
    subdomain: z.string().nullable(),
    selector: z.string(),
    public_key: z.string(),
    private_key: z.string(),
    dkim: RecordFormat1,
    return_path: RecordFormat1.extend({ target: z.string() }).nullable(),
    previous_keys: z.array(z.string()),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .transform(({ selector, public_key, private_key, dkim, return_path, ...domain }) => {
    const { previous_keys, created_at, updated_at, ...name } = domain;
    const wasVerified = dkim.verified || dkim.degraded;
    const key = {
      id: 1,
      selector,
      algorithm: 'rsa-sha256',
      bits: 2048,
      state: 'active',
      published_as: 'txt',
      public_key,
      private_key,
      created_at,
      // When that was exactly, format 1 did not keep.
      activated_at: wasVerified ? updated_at : null,
      retires_at: null,
    };
    const recordOf = (id: string, kind: string, target: string | null, state: RecordFormat1) => ({
      id,
      kind,
      selector,
      target,
      verified: state.verified,
      degraded: state.degraded,
      since: state.since,
      // With `verified`, it was found wrong later than that.
      wrong_since: !state.degraded ? null : state.verified ? updated_at : state.since,
    });
    const records = [recordOf('dkim:1', 'dkim', null, dkim)];
    if (return_path !== null)
      records.push(recordOf('return_path', 'return_path', return_path.target, return_path));
    const verified = records.some((record) => record.verified);
    return { ...name, verified, keys: [key], records, previous_keys, created_at, updated_at };
  });

/** A domain had one key, whose id rose with each rename. */
const DomainFormat4 = z
  .looseObject({ keys: z.tuple([z.looseObject({ id: z.number() })]) })
  .transform((domain) => ({ ...domain, last_key_id: domain.keys[0].id }));

/** Every key was published as TXT record, and could sign once that was seen. */
const DomainFormat6 = z
  .looseObject({ keys: z.array(z.looseObject({ created_at: z.string() })) })
  .transform((domain) => ({
    ...domain,
    keys: domain.keys.map((key) => ({ ...key, usable_at: key.created_at })),
    delegation: null,
  }));

export const accountUpgrades: Upgrades = {
  1: z
    .looseObject({ format: z.literal(1), domains: z.array(DomainFormat1) })
    .transform((file) => ({ ...file, format: 2 })),
  4: z
    .looseObject({ format: z.literal(4), domains: z.array(DomainFormat4) })
    .transform((file) => ({ ...file, format: 5 })),
  5: z.looseObject({ format: z.literal(5) }).transform((file) => ({ ...file, format: 6, webhooks: [] })),
  6: z
    .looseObject({ format: z.literal(6), domains: z.array(DomainFormat6) })
    .transform((file) => ({ ...file, format: 7, retired_labels: [] })),
};

const Rows = z.array(z.looseObject({ id: z.number() }));

/** The ids to give next were in `ids.json`: whoever reads this file takes them from there (installation.ts). */
export const installationUpgrades: Upgrades = {
  1: z
    .looseObject({
      format: z.literal(1),
      secret_key_check: z.string().nullable(),
      accounts: Rows,
      tokens: Rows,
    })
    .transform(({ format: _, secret_key_check, ...file }) => ({
      format: 2,
      secret_key_check,
      next: { account: 1, token: 1, domain: 1 },
      ...file,
    })),
  3: z.looseObject({ format: z.literal(3), accounts: Rows }).transform((file) => ({
    ...file,
    format: 4,
    accounts: file.accounts.map((row) => ({ ...row, display_name: null, contact_email: null, logo: null })),
  })),
  6: z
    .looseObject({ format: z.literal(6) })
    .transform((file) => ({ ...file, format: 7, retired_labels: [] })),
  7: z.looseObject({ format: z.literal(7), accounts: Rows, tokens: Rows }).transform((file) => ({
    ...file,
    format: 8,
    accounts: file.accounts.map((row) => ({ ...row, notify: [] })),
    tokens: file.tokens.map((row) => ({ ...row, subscriptions: [] })),
  })),
};

const Due = z.string().nullable();

export const scheduleUpgrades: Upgrades = {
  1: z
    .looseObject({ format: z.literal(1), checks: z.array(z.tuple([z.number(), Due, Due, Due])) })
    .transform(({ checks }) => ({
      format: 2,
      columns: ['id', 'checked_at', 'began_at', 'due'],
      checks: checks.map(([id, checked_at, dkim, return_path]) => [
        id,
        checked_at,
        null,
        [
          ['dkim:1', dkim],
          ['return_path', return_path],
        ],
      ]),
    })),
  2: z
    .looseObject({ format: z.literal(2), checks: z.array(z.array(z.unknown())) })
    .transform(({ checks, ...file }) => ({
      ...file,
      format: 3,
      // What the last check found was kept in the evidence alone: the next check tells.
      checks: checks.map((line) => [...line, []]),
    })),
};

/** Before format 6, there was no such file. */
export const cursorUpgrades: Upgrades = {
  7: z.looseObject({ format: z.literal(7), cursors: z.array(z.array(z.unknown())) }).transform((file) => ({
    ...file,
    format: 8,
    cursors: file.cursors.map((line) => [...line, null, null]),
  })),
};
