import type { DomainRow, KeyRow, RecordId, RecordState } from '../store/store.ts';

/** The only module that knows where a row holds its keys and the state of each record. */

/** The key that signs the domain's mail. */
export function activeKeyOf({ id, keys }: DomainRow): KeyRow {
  const key = keys.find(({ state }) => state === 'active');
  if (key === undefined) throw new Error(`Domain ${id} has no active key.`);
  return key;
}

/** Undefined if the domain has no such record, or no longer. */
export function stateOf(row: DomainRow, id: RecordId): RecordState | undefined {
  return row.records.find((record) => record.id === id);
}

/** The state of the active key's record: it decides whether mail can be sent, and is the domain's status. */
export function dkimStateOf(row: DomainRow): RecordState {
  const state = stateOf(row, `dkim:${activeKeyOf(row).id}`);
  if (state === undefined) throw new Error(`Domain ${row.id} has no record of its active key.`);
  return state;
}

/** Returns the row with these records, and `verified` as it follows from them. */
export function withRecords<Row extends Pick<DomainRow, 'records' | 'verified'>>(
  row: Row,
  records: readonly RecordState[],
): Row {
  return { ...row, records, verified: records.some(({ verified }) => verified) };
}

/** Key and names of a domain that is new or was renamed. */
export interface MailIdentity {
  /** Unique among all keys that the domain ever had. */
  readonly keyId: number;
  readonly selector: string;
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  readonly bits: number;
  /** Encrypted. */
  readonly privateKey: string;
  /** Of the Return-Path record, whose host has a selector of our own: a longer one may not fit a label. Null: none. */
  readonly returnPath: { readonly selector: string; readonly target: string } | null;
}

/** The fields of a row that follow from its identity; nothing is verified yet. */
export function identityFields(
  { keyId, selector, publicKey, bits, privateKey, returnPath }: MailIdentity,
  now: string,
): Pick<DomainRow, 'verified' | 'keys' | 'records'> {
  const key: KeyRow = {
    id: keyId,
    selector,
    algorithm: 'rsa-sha256',
    bits,
    state: 'active',
    published_as: 'txt',
    public_key: publicKey,
    private_key: privateKey,
    created_at: now,
    activated_at: null,
    retires_at: null,
  };
  const state = { verified: false, degraded: false, since: now, wrong_since: null };
  const dkim: RecordState = { id: `dkim:${keyId}`, kind: 'dkim', target: null, selector, ...state };
  const bounces: RecordState[] =
    returnPath === null ? [] : [{ id: 'return_path', kind: 'return_path', ...returnPath, ...state }];
  return { verified: false, keys: [key], records: [dkim, ...bounces] };
}
