import { colonSeparated, parseTagList, type Tag, tagValue, withoutWhiteSpace } from './tag-list.ts';

/** What one TXT record says about a DKIM key, compared with the key that is expected there. */
export type KeyRecordJudgement =
  | { readonly kind: 'ours'; readonly testMode: boolean }
  /** Ours, but the tag named forbids its use for our mail. */
  | { readonly kind: 'restricted'; readonly tag: 'h' | 'k' | 's'; readonly value: string }
  /** A key, not ours; `key` is the base64 as published, without white space. */
  | { readonly kind: 'other-key'; readonly key: string }
  /** `p=` is empty. */
  | { readonly kind: 'revoked' }
  /** Not a DKIM key record; `problem` is a clause for a person. */
  | { readonly kind: 'syntax-error'; readonly problem: string };

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Judges a TXT record's text against our public key (DER SubjectPublicKeyInfo, base64), by RFC 6376 §3.6.1.
 * Compares bytes and not text, because the same record has many spellings.
 */
export function judgeKeyRecord(text: string, publicKey: string): KeyRecordJudgement {
  const list = parseTagList(text);
  if (list.kind === 'syntax-error') return list;

  const version = findVersionError(list.tags);
  if (version !== null) return { kind: 'syntax-error', problem: version };

  const published = tagValue(list.tags, 'p');
  if (published === undefined) return { kind: 'syntax-error', problem: describeMissingKey(list.tags) };
  if (published === '') return { kind: 'revoked' };

  const key = withoutWhiteSpace(published);
  if (!BASE64.test(key)) return { kind: 'syntax-error', problem: 'its p= is not base64' };
  if (!sameBytes(key, publicKey)) return { kind: 'other-key', key };

  return findRestriction(list.tags) ?? { kind: 'ours', testMode: flags(list.tags).includes('y') };
}

/** `v=` may be left out; where it is there it comes first and is exactly `DKIM1`. */
function findVersionError(tags: readonly Tag[]): string | null {
  const position = tags.findIndex((tag) => tag.name === 'v');
  const version = tags[position];
  if (version === undefined) return null;
  if (version.value !== 'DKIM1')
    return `its v= is ${version.value === '' ? 'empty' : version.value}, not DKIM1`;
  return position === 0 ? null : 'its v= is not the first tag';
}

function describeMissingKey(tags: readonly Tag[]): string {
  return tagValue(tags, 'P') === undefined ? 'it has no p=' : 'its p= is written in upper case';
}

function sameBytes(published: string, ours: string): boolean {
  return Buffer.from(published, 'base64').equals(Buffer.from(ours, 'base64'));
}

function findRestriction(tags: readonly Tag[]): KeyRecordJudgement | null {
  const hashes = tagValue(tags, 'h');
  if (hashes !== undefined && !colonSeparated(hashes).includes('sha256')) {
    return { kind: 'restricted', tag: 'h', value: hashes };
  }
  const services = tagValue(tags, 's');
  if (services !== undefined && !colonSeparated(services).some((one) => one === '*' || one === 'email')) {
    return { kind: 'restricted', tag: 's', value: services };
  }
  const keyType = tagValue(tags, 'k');
  if (keyType !== undefined && keyType !== 'rsa') return { kind: 'restricted', tag: 'k', value: keyType };
  return null;
}

function flags(tags: readonly Tag[]): string[] {
  return colonSeparated(tagValue(tags, 't') ?? '');
}
