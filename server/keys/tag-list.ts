/** One tag of a list; the value is trimmed. */
export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** Parsed tags in their order, or the syntax error as a clause for a person. */
export type TagList =
  | { readonly kind: 'tags'; readonly tags: readonly Tag[] }
  | { readonly kind: 'syntax-error'; readonly problem: string };

const TAG_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/**
 * White space (RFC 6376 §2.8), and line breaks outside of folding: the grammar has no place for these, but receivers
 * read them as white space, and APIs and templates publish them by accident.
 */
const WHITE_SPACE = /[ \t\r\n\v\f]/g;
const NON_ASCII = /[^\x20-\x7e\t\r\n\v\f]/u;

/**
 * Parses `name=value; name=value` (RFC 6376 §3.2). Names and values keep their case; a duplicate name makes
 * the whole list a syntax error. White space after the last `;` is accepted, as receivers do, and line breaks count as
 * white space.
 */
export function parseTagList(text: string): TagList {
  if (withoutWhiteSpace(text) === '') return { kind: 'syntax-error', problem: 'it is empty' };
  const specs = text.split(';');
  if (specs.length > 1 && withoutWhiteSpace(specs.at(-1) ?? '') === '') specs.pop();

  const tags = new Map<string, Tag>();
  for (const spec of specs) {
    const tag = parseTag(spec);
    if (typeof tag === 'string') return { kind: 'syntax-error', problem: tag };
    if (tags.has(tag.name)) return { kind: 'syntax-error', problem: `the tag ${tag.name}= is there twice` };
    tags.set(tag.name, tag);
  }
  return { kind: 'tags', tags: [...tags.values()] };
}

/** The value of the tag of this name (tag names are case-sensitive); undefined if there is none. */
export function tagValue(tags: readonly Tag[], name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}

/** The items of a value that is a list, `sha1 : sha256`, without the white space around each. */
export function colonSeparated(value: string): string[] {
  return value.split(':').map(trim);
}

/** Removes all white space, as from a key that was published in several lines. */
export function withoutWhiteSpace(text: string): string {
  return text.replaceAll(WHITE_SPACE, '');
}

// Parsed without one large regular expression, so that the cost of a hostile record is linear in its length.
function parseTag(spec: string): Tag | string {
  const [foreign] = NON_ASCII.exec(spec) ?? [];
  if (foreign !== undefined) return `it holds a character that is not plain ASCII (${codePoint(foreign)})`;
  if (isBlank(spec)) return 'it has an empty part';
  const equals = spec.indexOf('=');
  if (equals === -1) return 'a part of it has no equals sign';
  const name = trim(spec.slice(0, equals));
  return TAG_NAME.test(name)
    ? { name, value: trim(spec.slice(equals + 1)) }
    : 'a part of it does not begin with a tag name';
}

/** As Unicode writes it: many such characters can't be seen, or told from plain ones. */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function isBlank(text: string): boolean {
  return trim(text) === '';
}

// After the check for plain ASCII, this removes what RFC 6376 calls white space and nothing else.
function trim(text: string): string {
  return text.trim();
}
