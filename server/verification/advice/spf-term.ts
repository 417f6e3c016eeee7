import { isIPv4, isIPv6 } from 'node:net';

/** A term of an SPF record (RFC 7208 §4.6.1), as far as it matters for what a receiver asks the DNS. */
export type SpfTerm = AskingTerm | { readonly kind: 'all' | 'exp' | 'other' | 'invalid' };

/** A term that makes a receiver ask the DNS. */
export type AskingTerm =
  | { readonly kind: 'include' | 'exists' | 'redirect'; readonly target: string }
  /** Null: the domain whose record it is. */
  | { readonly kind: 'a' | 'mx' | 'ptr'; readonly target: string | null };

type Parser = (value: string) => SpfTerm | null;

const MECHANISM = /^[-+~?]?([a-z0-9]+)(.*)$/i;
const MODIFIER = /^([a-z][a-z0-9\-_.]*)=(.*)$/i;
const MACRO = /%(?:\{[slodiphv]\d*r?[-.+,/_=]*\}|[%_-])/gi;
const TOP_LABEL = /\.(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?$/i;
/** `:domain/24//64`, each part of it optional. */
const DOMAIN_AND_LENGTHS = /^(?::(.+?))?(?:\/(\d{1,3}))?(?:\/\/(\d{1,3}))?$/;
const NETWORK = /^:([^/]+)(?:\/(\d{1,3}))?$/;
const INVALID: SpfTerm = { kind: 'invalid' };
const OTHER: SpfTerm = { kind: 'other' };

const MECHANISMS: Readonly<Record<string, Parser>> = {
  all: (rest) => (rest === '' ? { kind: 'all' } : null),
  include: (rest) => withTarget('include', rest),
  exists: (rest) => withTarget('exists', rest),
  a: (rest) => withLengths('a', rest),
  mx: (rest) => withLengths('mx', rest),
  ptr: (rest) => (rest === '' ? { kind: 'ptr', target: null } : withTarget('ptr', rest)),
  ip4: (rest) => network(rest, isIPv4, 32),
  ip6: (rest) => network(rest, isIPv6, 128),
};

/** Parses one term; a modifier that is not known is no error (RFC 7208 §6). */
export function parseSpfTerm(term: string): SpfTerm {
  const [, modifier, value = ''] = MODIFIER.exec(term) ?? [];
  if (modifier !== undefined) return parseModifier(modifier.toLowerCase(), value);
  const [, name = '', rest = ''] = MECHANISM.exec(term) ?? [];
  return MECHANISMS[name.toLowerCase()]?.(rest) ?? INVALID;
}

function parseModifier(name: string, value: string): SpfTerm {
  if (name !== 'redirect' && name !== 'exp') return OTHER;
  if (!isDomainSpec(value)) return INVALID;
  return name === 'redirect' ? { kind: 'redirect', target: value } : { kind: 'exp' };
}

function withTarget(kind: 'include' | 'exists' | 'ptr', rest: string): SpfTerm | null {
  const target = rest.slice(1);
  return rest.startsWith(':') && isDomainSpec(target) ? { kind, target } : null;
}

function withLengths(kind: 'a' | 'mx', rest: string): SpfTerm | null {
  const parts = DOMAIN_AND_LENGTHS.exec(rest);
  if (parts === null) return null;
  const [, target, ip4 = '0', ip6 = '0'] = parts;
  if (Number(ip4) > 32 || Number(ip6) > 128) return null;
  return target === undefined || isDomainSpec(target) ? { kind, target: target ?? null } : null;
}

function network(rest: string, isAddress: (text: string) => boolean, most: number): SpfTerm | null {
  const [, address = '', length = '0'] = NETWORK.exec(rest) ?? [];
  return isAddress(address) && Number(length) <= most ? OTHER : null;
}

/** RFC 7208 §7.1: macros and visible characters, and at the end a macro or a top label. */
function isDomainSpec(text: string): boolean {
  const literal = text.replaceAll(MACRO, ' ');
  if (!/^[\x20-\x24\x26-\x7e]+$/.test(literal) || /\s/.test(text)) return false;
  return literal.endsWith(' ') || TOP_LABEL.test(literal);
}
