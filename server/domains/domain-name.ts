/// <reference path="./tr46.d.ts" />
import { parse as splitAtSuffix } from 'tldts';
import { toASCII as mapToAscii, toUnicode as mapToUnicode } from 'tr46';
import { z } from 'zod';
import { MAX_NAME_LENGTH } from '../dns/name.ts';
import { findInputMistake, type InputMistake } from './input-mistakes.ts';
import { isNumberLabel } from './ip-spelling.ts';

const MAX_LABEL_LENGTH = 63;
/** In UTF-16 units. UTS 46 drops characters, so a text may be longer than its name; this bounds the cost. */
const MAX_INPUT_LENGTH = 1000;
/** Longer suggestions would make the error message unreadable. */
const MAX_SUGGESTION_LENGTH = 100;

/** UTS 46, non-transitional; hyphens are checked below, for `ab--cd` is a name that exists. */
const UTS46 = { checkBidi: true, checkJoiners: true, useSTD3ASCIIRules: true };

/** Top-level names that are not in the public DNS, or not used for mail (RFC 6761, 6762, 7686, 3172). */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['localhost', 'Names under localhost mean the machine itself.'],
  ['local', 'Names under local exist on one local network only.'],
  ['onion', 'Names under onion are not in the DNS.'],
  ['invalid', 'Names under invalid never exist.'],
  ['arpa', 'Names under arpa belong to the DNS itself.'],
]);

/** A name that has passed the rules. Only `DomainNameSchema` makes one. */
class ParsedDomainName {
  /** A-labels in lower case, at least two, without a trailing dot. */
  readonly name: string;
  /** The public suffix (ICANN's alone) and one label more. */
  readonly registrable: string;
  /** Labels before `registrable`; null if there are none. */
  readonly subdomain: string | null;
  /** Brand that exists in the type only, so that no look-alike object passes for a parsed name. */
  declare protected readonly parsed: true;

  constructor(name: string, registrable: string, subdomain: string | null) {
    this.name = name;
    this.registrable = registrable;
    this.subdomain = subdomain;
  }
}

export type DomainName = ParsedDomainName;

/** Why a text is not a valid name. `advice` replaces the suggestion. */
interface InvalidName extends InputMistake {
  readonly advice?: string;
}

/**
 * Parses a domain name as a person types it: trimmed, one trailing dot dropped, an IDN mapped to its A-labels.
 * Refuses names that mail cannot be sent from; the message says what to type instead.
 */
export const DomainNameSchema = z
  .string('Type the name of a domain, such as example.org.')
  .transform((text, context): DomainName => {
    const result = read(text);
    if (result instanceof ParsedDomainName) return result;
    const { message, suggestion, advice } = result;
    context.addIssue({ code: 'custom', message: `${message} ${advice ?? adviseOn(suggestion)}` });
    return z.NEVER;
  })
  .meta({ example: 'example.org', description: 'The domain name.' });

/** Unicode form of a parsed name, `bücher.example` for `xn--bcher-kva.example`. For display only. */
export function toUnicode(name: string): string {
  const { domain, error } = mapToUnicode(name, UTS46);
  return error ? name : domain;
}

/**
 * A name as people read it: an IDN as `bücher.example (xn--bcher-kva.example)`, because its Unicode form can look like
 * another name.
 */
export function withPunycode(name: string): string {
  const unicode = toUnicode(name);
  return unicode === name ? name : `${unicode} (${name})`;
}

/** Suggests only names that would be accepted, and so never a control character. */
function adviseOn(suggestion: string | null): string {
  const name = suggestion === null ? null : read(suggestion);
  return name instanceof ParsedDomainName && name.name.length <= MAX_SUGGESTION_LENGTH
    ? `Type only the name: ${name.name}.`
    : 'Type a domain name, such as example.org.';
}

function read(input: string): DomainName | InvalidName {
  const typed = input.trim();
  // Checked first, because the cost of Punycode is quadratic in the length.
  if (typed.length > MAX_INPUT_LENGTH) return tooLong();
  const unicode = mapToUnicode(typed, UTS46).domain.trim();
  const mistake = findInputMistake(unicode) ?? findMalformedALabel(typed);
  if (mistake !== null) return mistake;
  if (/^\.?$/.test(unicode)) return invalid('Nothing was typed.');
  if ([...unicode].length > MAX_NAME_LENGTH + 1) return tooLong();

  const name = mapToAscii(typed, UTS46)?.replace(/\.$/, '');
  if (name === undefined) return invalidCharacters(unicode);
  const labels = name.split('.');
  return findBrokenLabel(labels) ?? findBrokenName(name, labels) ?? splitAtRegistrable(name);
}

function invalid(message: string, suggestion: string | null = null): InvalidName {
  return { message, suggestion };
}

function tooLong(): InvalidName {
  return invalid(`That is too long: a domain name has at most ${MAX_NAME_LENGTH} characters.`);
}

/** An A-label must be the Punycode of something that is not ASCII, in NFC and allowed (RFC 5890 §2.3.2.1). */
function findMalformedALabel(typed: string): InvalidName | null {
  const malformed = typed
    .toLowerCase()
    .split('.')
    .find((label) => /^xn--[a-z0-9-]*$/.test(label) && mapToAscii(label, UTS46) === null);
  if (malformed === undefined) return null;
  const label = malformed.length <= MAX_LABEL_LENGTH ? malformed : 'The label that begins with xn--';
  return {
    message: `${label} stands for no letters.`,
    suggestion: null,
    advice: 'Type the name in its own letters.',
  };
}

/** Explains why UTS 46 rejects a name. */
function invalidCharacters(unicode: string): InvalidName {
  if (mapToAscii(unicode, { useSTD3ASCIIRules: true }) !== null) {
    return invalid('These letters may not stand together in a domain name.');
  }
  if (unicode.includes('_')) {
    // `_dmarc.example.org` is the host of a record; the domain meant is the part after it.
    return invalid('A domain name has no underscores.', /^.*_[^.]*\.([^_]+)$/s.exec(unicode)?.[1] ?? null);
  }
  return invalid(
    'A domain name has only letters, digits and hyphens between its dots.',
    unicode.replace(/^[^\p{L}\p{N}]+|\p{C}|(?<=[\p{L}\p{N}])[^\p{L}\p{N}]+$/gu, ''),
  );
}

/** The rules for each label. */
function findBrokenLabel(labels: readonly string[]): InvalidName | null {
  if (labels.includes('')) {
    return invalid('There is nothing between two dots.', labels.filter((label) => label !== '').join('.'));
  }
  if (labels.some(hasMisplacedHyphen)) {
    const meant = labels.map((label) => label.replace(/^-+|-+$/g, '')).join('.');
    return invalid('No part of a domain name begins or ends with a hyphen.', meant);
  }
  if (labels.some((label) => label.length > MAX_LABEL_LENGTH)) {
    return invalid(`No part of a domain name has more than ${MAX_LABEL_LENGTH} characters.`);
  }
  return null;
}

/** For an IDN, checks its Unicode form too, and `--` in third and fourth place (RFC 5891 §4.2.3.1). */
function hasMisplacedHyphen(label: string): boolean {
  return label.startsWith('xn--')
    ? mapToAscii(label, { checkHyphens: true }) === null
    : label.startsWith('-') || label.endsWith('-');
}

/** The rules for the name as a whole. */
function findBrokenName(name: string, labels: readonly string[]): InvalidName | null {
  if (name.length > MAX_NAME_LENGTH) return tooLong();
  const last = labels.at(-1) ?? '';
  const reserved = RESERVED.get(last);
  if (reserved !== undefined) {
    return {
      message: reserved,
      suggestion: null,
      advice: 'Type a name that you have registered, such as example.org.',
    };
  }
  if (isNumberLabel(last)) return invalid('The last part of a domain name is never a number.');
  if (labels.length === 1) {
    const message = 'That is one word: a domain name has a dot in it.';
    return { message, suggestion: null, advice: 'Type it in full, such as example.org.' };
  }
  return null;
}

function splitAtRegistrable(name: string): DomainName | InvalidName {
  const { domain, subdomain } = splitAtSuffix(name, {
    allowPrivateDomains: false,
    detectIp: false,
    extractHostname: false,
    validateHostname: false,
  });
  if (domain === null) {
    const isShort = name.length <= MAX_SUGGESTION_LENGTH;
    return {
      message: 'That is a public suffix.',
      suggestion: null,
      advice: `Enter your own name under it${isShort ? `, such as example.${name}` : ''}.`,
    };
  }
  return new ParsedDomainName(name, domain, subdomain === '' ? null : subdomain);
}
