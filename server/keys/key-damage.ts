import { isPkcs1 } from './public-key.ts';
import { withoutWhiteSpace } from './tag-list.ts';

/** The value of `p=`, without white space and as it was published. */
export interface PublishedKey {
  readonly key: string;
  readonly published: string;
}

/**
 * How a published key differs from ours, of which it is a copy. Counts of base64 characters, white space aside;
 * `after`: how many of ours come before the place where it begins to differ.
 */
export type KeyDamage =
  /** It is no key, and nothing shows that it was copied from ours. */
  | { readonly kind: 'no-key' }
  /** Ours is there in full, and more follows. */
  | { readonly kind: 'after-end'; readonly count: number }
  | { readonly kind: 'missing' | 'added'; readonly after: number; readonly count: number }
  | { readonly kind: 'swapped' | 'differs'; readonly after: number }
  | { readonly kind: Disguise };

/** Ours in another form, in which receivers don't take it. */
export type Disguise = 'letter-case' | 'plus-lost' | 'url-safe' | 'hex' | 'pem' | 'pkcs1';

/** No form of ours is so many times as long as ours. */
const MAX_EXPANSION = 4;
/** So much of ours has to be there for a text to count as its copy. All RSA keys of a size have a tenth in common. */
const MIN_SHARE = 0.5;
const BLOCKS = /.{1,8}/g;
const PEM_LINES = /-----[A-Z ]{1,40}-----/g;

/**
 * Compares what was published with our public key (DER SubjectPublicKeyInfo, base64), which it is not. Null where it is
 * no copy of ours. The cost doesn't depend on the length of what was published.
 */
export function describeDamage(found: PublishedKey, ours: string): KeyDamage | null {
  const { key } = found;
  if (key.startsWith(ours)) return { kind: 'after-end', count: key.length - ours.length };
  return findDisguise(found, ours) ?? (sharedPart(key, ours) >= MIN_SHARE ? locate(key, ours) : null);
}

function findDisguise({ key, published }: PublishedKey, ours: string): KeyDamage | null {
  if (key.length > MAX_EXPANSION * ours.length) return null;
  const disguise = DISGUISES.find(([, isDisguised]) => isDisguised(key, ours, published));
  return disguise === undefined ? null : { kind: disguise[0] };
}

type Comparison = (key: string, ours: string, published: string) => boolean;

const DISGUISES: readonly (readonly [Disguise, Comparison])[] = [
  ['letter-case', (key, ours) => key.length === ours.length && key.toLowerCase() === ours.toLowerCase()],
  // A form took the plus sign for the space of an encoded URL.
  ['plus-lost', (key, ours) => key === ours.replaceAll('+', '')],
  ['url-safe', (key, ours) => /[-_]/.test(key) && toPlainBase64(key) === toPlainBase64(ours)],
  ['hex', (key, ours) => key.replaceAll(':', '').toLowerCase() === toHex(ours)],
  ['pem', (_, ours, published) => isPem(published, ours)],
  ['pkcs1', isPkcs1],
];

function toPlainBase64(key: string): string {
  return key
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '');
}

function toHex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function isPem(published: string, ours: string): boolean {
  const inside = withoutWhiteSpace(published.replaceAll(PEM_LINES, ''));
  return published.includes('-----') && (inside === ours || isPkcs1(inside, ours));
}

/** Which part of ours, in blocks of a few characters, is in the key wherever: from 0 to 1. */
function sharedPart(key: string, ours: string): number {
  const compared = key.slice(0, 2 * ours.length);
  const blocks = ours.match(BLOCKS) ?? [];
  return blocks.filter((block) => compared.includes(block)).length / blocks.length;
}

/** Where the two differ, and how if that is at one place. */
function locate(key: string, ours: string): KeyDamage {
  const after = commonPrefix(key, ours);
  const end = commonSuffix(key, ours, after);
  const missing = ours.slice(after, ours.length - end);
  const added = key.slice(after, key.length - end);
  if (added === '') return { kind: 'missing', after, count: missing.length };
  if (missing === '') return { kind: 'added', after, count: added.length };
  const isSwapped = missing.length === 2 && added === `${missing[1]}${missing[0]}`;
  return { kind: isSwapped ? 'swapped' : 'differs', after };
}

function commonPrefix(key: string, ours: string): number {
  let length = 0;
  while (length < ours.length && key[length] === ours[length]) length++;
  return length;
}

/** Counts the characters at both ends alike, none of which belongs to the prefix. */
function commonSuffix(key: string, ours: string, prefix: number): number {
  const longest = Math.min(key.length, ours.length) - prefix;
  let length = 0;
  while (length < longest && key.at(-1 - length) === ours.at(-1 - length)) length++;
  return length;
}
