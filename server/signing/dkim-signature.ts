import { fromHeaderText } from '@letterhead/shared/message';
import type { HeaderField } from './header-fields.ts';
import { relaxField } from './header-fields.ts';

/** What stands in a signature beside the header fields. */
export interface SignatureTags {
  /** A-labels. */
  readonly domain: string;
  readonly selector: string;
  /** Base64. */
  readonly bodyHash: string;
  readonly at: Date;
}

/** A signature that lacks its value: what is to be signed, and the field that the value completes. */
export interface OpenSignature {
  readonly signed: Uint8Array;
  /** Makes the whole field, folded, with CRLF at its end. */
  readonly complete: (value: Uint8Array) => string;
}

/** Fields that are signed (RFC 6376 §5.4.1), and how often more than they occur: none of those can be added later (§8.15). */
const SIGNED_FIELDS = (
  [
    ['From', 1],
    ['Subject', 1],
    ['Date', 0],
    ['To', 0],
    ['Cc', 0],
    ['Reply-To', 1],
    ['Message-ID', 0],
    ['In-Reply-To', 0],
    ['References', 0],
    ['MIME-Version', 0],
    ['Content-Type', 0],
    ['Content-Transfer-Encoding', 0],
    ['List-Unsubscribe', 0],
    ['List-Unsubscribe-Post', 0],
  ] as const
).map(([name, more]) => ({ name, more, key: name.toLowerCase() }));

/** Characters of a line, by RFC 5322 §2.1.1. */
const LINE = 78;
/** Of a signature's value, in a line. */
const VALUE_LINE = 72;
const FIELD_NAME = 'DKIM-Signature';

/** Prepares an rsa-sha256 signature, relaxed/relaxed, of a message's header and the hash of its body (RFC 6376 §5). */
export function openSignature(fields: readonly HeaderField[], tags: SignatureTags): OpenSignature {
  const { names, canonical } = selectFields(fields);
  const value = foldTags([
    'v=1;',
    'a=rsa-sha256;',
    'c=relaxed/relaxed;',
    `d=${tags.domain};`,
    `s=${tags.selector};`,
    `t=${Math.floor(tags.at.getTime() / 1000)};`,
    ...names.map((name, at) => `${at === 0 ? 'h=' : ''}${name}${at === names.length - 1 ? ';' : ':'}`),
    `bh=${tags.bodyHash};`,
    'b=',
  ]);
  const own = relaxField({ name: FIELD_NAME.toLowerCase(), value: value.replaceAll('\r\n', '') });
  return {
    signed: fromHeaderText([...canonical, own].join('\r\n')),
    complete: (signature) => `${FIELD_NAME}:${value}${foldSignature(signature)}\r\n`,
  };
}

/** Of several fields with one name, the lowest is signed first (RFC 6376 §5.4.2). */
function selectFields(fields: readonly HeaderField[]): { names: string[]; canonical: string[] } {
  const byName = Map.groupBy(fields.toReversed(), ({ name }) => name);
  const names: string[] = [];
  const canonical: string[] = [];
  for (const { name, key, more } of SIGNED_FIELDS) {
    const present = byName.get(key) ?? [];
    for (const field of present) canonical.push(relaxField(field));
    for (let times = present.length + more; times > 0; times--) names.push(name);
  }
  return { names, canonical };
}

/** Folds between tags, and in `h=` after a colon, where RFC 6376 §3.5 allows white space. */
function foldTags(parts: readonly string[]): string {
  let value = '';
  let column = FIELD_NAME.length + 1;
  let space = ' ';
  for (const part of parts) {
    const folds = column + space.length + part.length > LINE;
    value += folds ? `\r\n\t${part}` : space + part;
    column = folds ? part.length + 1 : column + space.length + part.length;
    space = part.endsWith(';') ? ' ' : '';
  }
  return value;
}

function foldSignature(signature: Uint8Array): string {
  const value = Buffer.from(signature).toString('base64');
  let folded = '';
  for (let at = 0; at < value.length; at += VALUE_LINE) folded += `\r\n\t${value.slice(at, at + VALUE_LINE)}`;
  return folded;
}
