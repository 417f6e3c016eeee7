import type { Delegation, DomainRow, KeyRow, RecordId, RecordState } from '../store/interface/domain-row.ts';
import { keyZoneName } from './record-names.ts';

/** The only module that knows where a row holds its keys and the state of each record. */

/** A key whose private key was not destroyed: it signs, or is to sign. */
export type SigningKey = KeyRow & { readonly private_key: string };

/** Whether a key's private key was not destroyed. */
export function hasPrivateKey(key: KeyRow): key is SigningKey {
  return key.private_key !== null;
}

/** The key that signs the domain's mail. */
export function activeKeyOf({ id, keys }: DomainRow): SigningKey {
  const key = keys.filter(hasPrivateKey).find(({ state }) => state === 'active');
  if (key === undefined) throw new Error(`Domain ${id} has no active key.`);
  return key;
}

/** The key that is to sign once its record was found; undefined while no rotation is under way. */
export function pendingKeyOf({ keys }: DomainRow): KeyRow | undefined {
  return keys.find(({ state }) => state === 'pending');
}

/** The record that publishes a key: a TXT record of its own, or the CNAME record that leads to its name in the key zone. */
export function recordIdOf({
  id,
  published_as,
  selector,
}: Pick<KeyRow, 'id' | 'published_as' | 'selector'>): RecordId {
  return published_as === 'txt' ? `dkim:${id}` : `cname:${selector}`;
}

/**
 * The key that a record publishes; undefined for a record of another kind, and for a CNAME record whose name has no key.
 * A revoked key is at no name of the key zone.
 */
export function keyOf({ keys }: Pick<DomainRow, 'keys'>, record: RecordId): KeyRow | undefined {
  return keys.find((key) => recordIdOf(key) === record && isPublished(key));
}

/** Whether a key's record can still be in the DNS: in the key zone, a revoked key has none. */
function isPublished({ published_as, state }: KeyRow): boolean {
  return published_as === 'txt' || state !== 'revoked';
}

/** The selector of the other of the two names in the key zone. */
export function otherSelector({ selectors: [first, second] }: Delegation, selector: string): string {
  return selector === first ? second : first;
}

/** Whether a row that was read from a file has what it needs: one key that signs, its record, and the key of each TXT record. */
export function isWhole(row: Pick<DomainRow, 'keys' | 'records'>): boolean {
  const [active, ...others] = row.keys.filter(({ state }) => state === 'active');
  if (active === undefined || others.length > 0 || !hasPrivateKey(active)) return false;
  if (stateOf(row, recordIdOf(active)) === undefined) return false;
  return row.records.every(({ id, kind }) => kind !== 'dkim' || keyOf(row, id) !== undefined);
}

/** Undefined if the domain has no such record, or no longer. */
export function stateOf(row: Pick<DomainRow, 'records'>, id: RecordId): RecordState | undefined {
  return row.records.find((record) => record.id === id);
}

/** The state of the active key's record: it decides whether mail can be sent, and is the domain's status. */
export function dkimStateOf(row: DomainRow): RecordState {
  const state = stateOf(row, recordIdOf(activeKeyOf(row)));
  if (state === undefined) throw new Error(`Domain ${row.id} has no record of its active key.`);
  return state;
}

/** Whether the domain's status and `verified` depend on the record: of those of keys, only the active key's counts. */
export function isDecisive(row: Pick<DomainRow, 'keys'>, { id, kind }: RecordState): boolean {
  return kind === 'return_path' || keyOf(row, id)?.state === 'active';
}

/** Returns the row with these records, and `verified` as it follows from them. */
export function withRecords<Row extends Pick<DomainRow, 'keys' | 'records' | 'verified'>>(
  row: Row,
  records: readonly RecordState[],
): Row {
  return { ...row, records, verified: records.some((one) => one.verified && isDecisive(row, one)) };
}

/** A key that a domain gets. */
export interface NewKey {
  readonly selector: string;
  readonly publishedAs: KeyRow['published_as'];
  /** See `KeyRow`. */
  readonly usableAt: KeyRow['usable_at'];
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  readonly bits: number;
  /** Encrypted. */
  readonly privateKey: string;
}

/** Key and names of a domain that is new or was renamed. */
export interface MailIdentity extends NewKey {
  /** Unique among all keys that the domain ever had. */
  readonly keyId: number;
  /** Of the Return-Path record, whose host has a selector of our own: a longer one may not fit a label. Null: none. */
  readonly returnPath: { readonly selector: string; readonly target: string } | null;
  /** Null: the key is published as a TXT record. */
  readonly delegation: Delegation | null;
}

/** The fields of a row that follow from its identity; nothing is verified yet. */
export function identityFields(
  { keyId, returnPath, delegation, ...key }: MailIdentity,
  now: string,
): Pick<DomainRow, 'verified' | 'keys' | 'last_key_id' | 'delegation' | 'records'> {
  const bounces: RecordState[] =
    returnPath === null
      ? []
      : [{ id: 'return_path', kind: 'return_path', ...returnPath, ...notVerified(now) }];
  const row = { verified: false, keys: [], last_key_id: keyId - 1, delegation, records: bounces };
  return withKey(row, key, 'active', now);
}

/** Returns the row with one key more, and its records behind those of the other keys. */
export function withKey<Row extends Pick<DomainRow, 'keys' | 'last_key_id' | 'delegation' | 'records'>>(
  row: Row,
  { selector, bits, publicKey, privateKey, publishedAs, usableAt }: NewKey,
  state: 'pending' | 'active',
  now: string,
): Row {
  const id = row.last_key_id + 1;
  const key: KeyRow = {
    id,
    selector,
    algorithm: 'rsa-sha256',
    bits,
    state,
    published_as: publishedAs,
    public_key: publicKey,
    private_key: privateKey,
    created_at: now,
    activated_at: null,
    retires_at: null,
    usable_at: usableAt,
  };
  const added = recordsFor(row, key, now).filter((one) => !row.records.some((known) => known.id === one.id));
  const ofKeys = row.records.filter(({ kind }) => kind !== 'return_path');
  const others = row.records.filter(({ kind }) => kind === 'return_path');
  return { ...row, keys: [...row.keys, key], last_key_id: id, records: [...ofKeys, ...added, ...others] };
}

/** The records that publish a key: of a key in the key zone, both CNAME records. */
function recordsFor({ delegation }: Pick<DomainRow, 'delegation'>, key: KeyRow, now: string): RecordState[] {
  const { published_as, selector } = key;
  if (published_as === 'txt')
    return [{ id: recordIdOf(key), kind: 'dkim', selector, target: null, ...notVerified(now) }];
  if (delegation === null) return [];
  return delegation.selectors.map((one) => ({
    id: `cname:${one}`,
    kind: 'cname',
    selector: one,
    target: keyZoneName(one, delegation),
    ...notVerified(now),
  }));
}

/** Returns the row without these keys, and without the records that publish none of its keys any more. */
export function withoutKeys(row: DomainRow, gone: readonly KeyRow[]): DomainRow {
  const after = { ...row, keys: row.keys.filter((key) => !gone.includes(key)) };
  return { ...after, records: after.records.filter((state) => isWanted(after, state)) };
}

function isWanted(row: DomainRow, { id, kind }: RecordState): boolean {
  switch (kind) {
    case 'dkim':
      return keyOf(row, id) !== undefined;
    case 'cname':
      return row.keys.some(({ published_as }) => published_as === 'cname');
    case 'return_path':
      return true;
  }
}

/** The state of a record that is looked for from now on. */
export function notVerified(now: string) {
  return { verified: false, degraded: false, since: now, wrong_since: null };
}
