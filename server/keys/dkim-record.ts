import { describeDamage, type KeyDamage, type PublishedKey } from './key-damage.ts';
import { isPublicKey } from './public-key.ts';
import { colonSeparated, parseTagList, type Tag, tagValue, withoutWhiteSpace } from './tag-list.ts';

/** What one TXT record says about a DKIM key, compared with the key that is expected there. */
export type KeyRecordJudgement =
  | { readonly kind: 'ours'; readonly testMode: boolean; readonly pitfalls: readonly Pitfall[] }
  /** Ours, but the tag named forbids its use for our mail. */
  | { readonly kind: 'restricted'; readonly tag: 'h' | 'k' | 's'; readonly value: string }
  /** A key, not ours; `key` is the base64 as published, without white space. */
  | { readonly kind: 'other-key'; readonly key: string }
  /** No key, or ours with an error in it; `key` is the value of `p=` as published, without white space. */
  | { readonly kind: 'damaged-key'; readonly key: string; readonly damage: KeyDamage }
  /** `p=` is empty. */
  | { readonly kind: 'revoked' }
  /** Not a DKIM key record; `problem` is a clause for a person. */
  | { readonly kind: 'syntax-error'; readonly problem: string };

/**
 * A spelling that RFC 6376 §3.6.1 allows and that receivers in wide use don't take: white space after the equals sign of
 * `v=` or `s=`, a list of services, `g=` other than `*` (RFC 4871 §3.6.1).
 */
export type Pitfall = 'spaced-equals' | 'service-list' | 'granularity';

const SPACED_EQUALS = /(?:^|;)\s*[vs]\s*=\s/;

/**
 * Judges a TXT record's text against our public key (DER SubjectPublicKeyInfo, base64), by RFC 6376 §3.6.1.
 * Compares bytes and not text, because the same record has many spellings.
 */
export function judgeKeyRecord(text: string, publicKey: string): KeyRecordJudgement {
  const list = parseTagList(text);
  if (list.kind === 'syntax-error') {
    const isKeyAlone = withoutWhiteSpace(text) === publicKey;
    return isKeyAlone ? { ...list, problem: 'there is no p= before the key' } : list;
  }

  const problem = findVersionError(list.tags) ?? findServiceError(list.tags);
  if (problem !== null) return { kind: 'syntax-error', problem };

  const published = tagValue(list.tags, 'p');
  if (published === undefined) return { kind: 'syntax-error', problem: describeMissingKey(list.tags) };
  if (published === '') return { kind: 'revoked' };

  // Base64 that decodes to the same bytes can still be another text: receivers refuse a stray letter at its end.
  const key = withoutWhiteSpace(published);
  if (key !== publicKey) return judgeOtherKey({ key, published }, publicKey, tagValue(list.tags, 'k'));

  return (
    findRestriction(list.tags) ?? {
      kind: 'ours',
      testMode: flags(list.tags).includes('y'),
      pitfalls: findPitfalls(text, list.tags),
    }
  );
}

function judgeOtherKey(found: PublishedKey, ours: string, keyType: string | undefined): KeyRecordJudgement {
  const { key } = found;
  const damage = describeDamage(found, ours);
  if (damage === null && isPublicKey(key, keyType)) return { kind: 'other-key', key };
  return { kind: 'damaged-key', key, damage: damage ?? { kind: 'no-key' } };
}

/** `v=` may be left out; where it is there it comes first and is exactly `DKIM1`. */
function findVersionError(tags: readonly Tag[]): string | null {
  const position = tags.findIndex((tag) => tag.name === 'v');
  const version = tags[position];
  if (version === undefined) return null;
  if (/^DKIM1[\s,:]/.test(version.value)) return 'there is no semicolon after its v=DKIM1';
  if (version.value !== 'DKIM1')
    return `its v= is ${version.value === '' ? 'empty' : version.value}, not DKIM1`;
  return position === 0 ? null : 'its v= is not the first tag';
}

/** `email:` and the like: the list has no place for an empty item, and receivers refuse it. */
function findServiceError(tags: readonly Tag[]): string | null {
  const services = colonSeparated(tagValue(tags, 's') ?? '*');
  return services.length > 1 && services.includes('') ? 'its s= has an empty item' : null;
}

function describeMissingKey(tags: readonly Tag[]): string {
  if (tagValue(tags, 'P') !== undefined) return 'its p= is written in upper case';
  const hidden = tags.some(({ value }) => /[\s,:]p\s*=/.test(value));
  return hidden ? 'there is no semicolon before its p=' : 'it has no p=';
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

function findPitfalls(text: string, tags: readonly Tag[]): Pitfall[] {
  const pitfalls: Pitfall[] = [];
  if (SPACED_EQUALS.test(text)) pitfalls.push('spaced-equals');
  if (tagValue(tags, 's')?.includes(':') === true) pitfalls.push('service-list');
  if ((tagValue(tags, 'g') ?? '*') !== '*') pitfalls.push('granularity');
  return pitfalls;
}

function flags(tags: readonly Tag[]): string[] {
  return colonSeparated(tagValue(tags, 't') ?? '');
}
