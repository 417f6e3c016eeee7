import type { Instant } from '../../instant.ts';
import { freeze } from '../freeze.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { CheckTimes, DomainRow } from '../interface/domain-row.ts';
import type { TokenRow } from '../interface/token-row.ts';

/** Rows as the store's interface has them. Earlier versions have written documents that lack some of the fields. */

/** Since migration 2, and `notify` since migration 6. */
const NO_PROFILE = { display_name: null, contact_email: null, logo: null, notify: [] };
/** Since migration 6. */
const NO_SUBSCRIPTIONS = { subscriptions: [] };

export function toAccount(content: AccountRow): AccountRow {
  return freeze({ ...NO_PROFILE, ...content });
}

export interface TokenRecord {
  readonly content: Omit<TokenRow, 'last_used_at'>;
  readonly last_used_at: Instant | null;
}

export function toToken({ content, last_used_at }: TokenRecord): TokenRow {
  return freeze({ ...NO_SUBSCRIPTIONS, ...content, last_used_at });
}

export type DomainContent = Omit<DomainRow, 'checks'>;

/**
 * An array in the order of the document's keys, as PostgreSQL writes it: pg would read it one character at a time. Null
 * for a key that the document has; no array: it has all of them.
 */
export type PrivateKeys = string | null;

/**
 * The columns of a row but for its checks. As bytes, an encrypted key takes three quarters of the room of its text, which
 * 0.2.0 looks for in the document.
 */
export function domainColumns(
  { checks, ...row }: DomainRow,
  keysAsBytes: boolean,
): { content: string; private_keys: PrivateKeys } {
  const encrypted = row.keys.map(({ private_key }) => (keysAsBytes ? toBytes(private_key) : null));
  const keys = row.keys.map((key, at) => (encrypted[at] === null ? key : { ...key, private_key: null }));
  const elements = encrypted.map((bytes) => (bytes === null ? 'NULL' : BYTES + bytes.toString('hex') + END));
  return { content: JSON.stringify({ ...row, keys }), private_keys: `{${elements.join()}}` };
}

/** Before migration 5, a domain had one key, published as a TXT record. `times` is JSON. */
export function toDomain(content: DomainContent, privateKeys: PrivateKeys, times: string | null): DomainRow {
  const encrypted = privateKeys?.slice(1, -1).split(',').map(readBytes);
  const checks: CheckTimes | null = times === null ? null : { codes: {}, ...JSON.parse(times) };
  return freeze({
    ...content,
    last_key_id: content.last_key_id ?? Math.max(...content.keys.map(({ id }) => id)),
    delegation: content.delegation ?? null,
    keys: content.keys.map((key, at) => ({
      ...key,
      private_key: toText(encrypted?.[at] ?? null) ?? key.private_key,
      usable_at: key.usable_at === undefined ? key.created_at : key.usable_at,
    })),
    checks,
  });
}

/** Around the hex of bytes in an array. */
const BYTES = String.raw`"\\x`;
const END = '"';

function readBytes(element: string): Buffer | null {
  const isThere = element.startsWith(BYTES);
  return isThere ? Buffer.from(element.slice(BYTES.length, -END.length), 'hex') : null;
}

/** Comes before the base64url of an encrypted key (see keys/key-encryption.ts). */
const PREFIX = 'v1.';

/** Null: the document keeps it as it is. */
function toBytes(privateKey: string | null): Buffer | null {
  const bytes = Buffer.from(privateKey?.slice(PREFIX.length) ?? '', 'base64url');
  return toText(bytes) === privateKey ? bytes : null;
}

function toText(bytes: Buffer | null): string | null {
  return bytes && PREFIX + bytes.toString('base64url');
}
