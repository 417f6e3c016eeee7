import { isIpSpelling } from './ip-spelling.ts';

/** Input that is something other than a domain name. */
export interface InputMistake {
  /** What it is, in one sentence. */
  readonly message: string;
  /** The name that was probably meant; null if the text contains none. */
  readonly suggestion: string | null;
}

/**
 * Recognises common mistakes in a domain field, such as an e-mail address.
 * Takes the text in lower case and mapped by UTS 46, so that full-width characters are recognised too.
 * Null if there is no such mistake, which does not mean that the name is valid.
 */
export function findInputMistake(text: string): InputMistake | null {
  for (const { message, matches, suggest } of MISTAKES) {
    if (matches(text)) return { message, suggestion: suggest(text) };
  }
  return null;
}

/** Order matters: an e-mail address inside a web address is a web address. */
const MISTAKES: readonly {
  readonly message: string;
  readonly matches: (text: string) => boolean;
  readonly suggest: (text: string) => string | null;
}[] = [
  { message: 'That is an IP address.', matches: isIpSpelling, suggest: () => null },
  {
    message: 'That is an e-mail address.',
    matches: (text) => /^mailto:|^[^/\\?#]*@[^/\\?#]*$/.test(text),
    suggest: afterAt,
  },
  {
    message: 'That is a web address.',
    matches: (text) => /[/\\?#]|^[a-z][a-z0-9+.-]*:(?![0-9]*$)/.test(text),
    suggest: hostOf,
  },
  {
    message: 'A wildcard is not one domain.',
    matches: (text) => text.includes('*'),
    suggest: (text) => text.replace(/^\*+\./, ''),
  },
  { message: 'That is a name with a port.', matches: (text) => text.includes(':'), suggest: withoutPort },
  {
    message: 'A domain name has no percent signs.',
    matches: (text) => text.includes('%'),
    suggest: unescaped,
  },
  {
    message: 'That is more than one name.',
    matches: (text) => words(text).length > 1 && words(text).every((word) => /[^.]\.[^.]/.test(word)),
    suggest: (text) => words(text)[0] ?? null,
  },
  {
    message: 'A domain name has dots where you typed a comma.',
    matches: (text) => /[^\s.,;][,;][^\s.,;]/.test(text),
    suggest: (text) => text.replace(/[,;]+/g, '.'),
  },
  {
    message: 'A domain name has no spaces.',
    matches: (text) => /\s/.test(text),
    suggest: (text) => text.replace(/\s+/g, ''),
  },
];

/** `example.org` of `me@example.org`, `Me <me@example.org>` and `mailto:me@example.org?subject=x`. */
function afterAt(text: string): string | null {
  return /^[^\s<>?,;"]+/.exec(text.slice(text.lastIndexOf('@') + 1))?.[0] ?? null;
}

/** `example.org` of `https://me@example.org:8080/x`, `example.org/x`, `http//example.org` and `http:example.org`. */
function hostOf(text: string): string | null {
  const afterScheme = text.replace(/^[a-z][a-z0-9+-]*(?::(?![0-9])[/\\]*|[/\\]{2,})|^[/\\]+/, '');
  const authority = /^[^/\\?#]*/.exec(afterScheme)?.[0] ?? '';
  return withoutPort(authority.slice(authority.lastIndexOf('@') + 1));
}

function withoutPort(text: string): string {
  return text.replace(/:.*$/s, '');
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function words(text: string): string[] {
  return text.split(/[\s,;|]+/).filter((word) => word !== '');
}
