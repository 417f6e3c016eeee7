import type { DiagnosisCode } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';

/**
 * `pending`: to be published, it signs once its record was found. `active`: it signs. `retiring`: it has signed, and its
 * record stays for mail under way. `revoked`: its record has to go. A key whose record may be gone is retired: it leaves
 * the row, which remembers its fingerprint. keys/rotation.ts has what leads from one to another.
 */
export type KeyState = 'pending' | 'active' | 'retiring' | 'revoked';

/** A key of a domain. */
export interface KeyRow {
  /** Unique within the domain, and never given again there. */
  readonly id: number;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256';
  readonly bits: number;
  readonly state: KeyState;
  /** `cname`: in the key zone, at the name that one of the domain's two CNAME records points to. */
  readonly published_as: 'txt' | 'cname';
  /** DER SubjectPublicKeyInfo, base64. */
  readonly public_key: string;
  /** The private key (PKCS #8), encrypted; see keys/key-encryption.ts. Null: it was destroyed. */
  readonly private_key: string | null;
  readonly created_at: Instant;
  /** When its record was first verified while it was active. */
  readonly activated_at: Instant | null;
  /** With `retiring`: until when its record has to stay. */
  readonly retires_at: Instant | null;
  /**
   * From when on it may sign: what its name held before it has left all caches by then. Null: it was not seen yet at all
   * name servers of the key zone.
   */
  readonly usable_at: Instant | null;
}

/** Where a domain's keys are in the key zone. It stays the domain's, whether its keys are there or not. */
export interface Delegation {
  readonly zone: string;
  /** Below the zone; of this domain alone, and never given again. */
  readonly label: string;
  /** Of the names below the label, and of the CNAME records that point there. */
  readonly selectors: readonly [string, string];
}

/**
 * Names a record of a domain, as long as that has it: the record of one of its keys, one of the CNAME records, by
 * its selector, or the Return-Path record.
 */
export type RecordId = `dkim:${number}` | `cname:${string}` | 'return_path';

/** Something for each of a domain's records. */
export interface ByRecord<T> {
  readonly [key: `dkim:${number}`]: T;
  readonly [key: `cname:${string}`]: T;
  readonly return_path?: T;
}

/** One published record, and what is known of it. */
export interface RecordState {
  readonly id: RecordId;
  readonly kind: 'dkim' | 'cname' | 'return_path';
  /** The selector that its host is named after. */
  readonly selector: string;
  /** Where a CNAME has to point; null: it is no CNAME. */
  readonly target: string | null;
  readonly verified: boolean;
  /** With `verified`: the last check found it wrong. Without: it was lost, at `since`. */
  readonly degraded: boolean;
  /** When its age begins: create, rename or loss. */
  readonly since: Instant;
  /** When it was first found wrong since it was last found correct; null while it is verified and correct. */
  readonly wrong_since: Instant | null;
}

/** Names a domain. */
export interface DomainRef {
  readonly account: number;
  readonly id: number;
}

export interface DomainRow {
  readonly id: number;
  readonly account_id: number;
  /** Normalised: A-labels, lower case. */
  readonly domain: string;
  readonly subdomain: string | null;
  /** Whether at least one of its records is. */
  readonly verified: boolean;
  /** In order of creation. Exactly one of them is active, and at most one is pending. */
  readonly keys: readonly KeyRow[];
  /** The highest id that a key of this domain was ever given. */
  readonly last_key_id: number;
  /** Null: its keys never were in the key zone under this name. */
  readonly delegation: Delegation | null;
  /** In the order in which callers see them, and those of revoked keys, which callers don't see. */
  readonly records: readonly RecordState[];
  /** SHA-256 of the DER of public keys that were this domain's before, base64url. */
  readonly previous_keys: readonly string[];
  /**
   * When its records are checked, and what the last check found; null: as soon as possible. Kept lazily: a crash may
   * lose the last minute.
   */
  readonly checks: CheckTimes | null;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** When a domain's records were checked, with what came of it, and when they are to be. */
export interface CheckTimes {
  /** When the last check ended, and when it began. */
  readonly checked_at: Instant | null;
  readonly began_at: Instant | null;
  /** When each record is next checked; null: not without being asked. One that is not named: as soon as possible. */
  readonly due: ByRecord<Instant | null>;
  /** What the last check of each record found; of one that is not named, nothing is known. */
  readonly codes: ByRecord<DiagnosisCode>;
}
