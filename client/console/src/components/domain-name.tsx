import { toUnicode } from 'punycode/punycode.es6.js';

/** A name in its own letters: `bücher.example` for `xn--bcher-kva.example`; as it is where there are none. */
export function toUnicodeName(name: string): string {
  if (!name.includes('xn--')) return name;
  try {
    return toUnicode(name);
  } catch {
    return name;
  }
}

/** For a title or a text: `bücher.example (xn--bcher-kva.example)`; once where there is but one spelling. */
export function withPunycode(name: string): string {
  const unicode = toUnicodeName(name);
  return unicode === name ? name : `${unicode} (${name})`;
}

/** A name that is broken after its dots where the line is too short for it. */
function breakable(name: string) {
  return name.split(/(?<=\.)/).flatMap((label, at) => (at === 0 ? [label] : [<wbr key={at} />, label]));
}

/**
 * A name in both spellings where it has two, for lists, headings and sentences alike: letters alone can be made to look
 * like another name's.
 */
export function DomainName({ name }: { name: string }) {
  const unicode = toUnicodeName(name);
  return (
    <span class="domain-name">
      <bdi>{breakable(unicode)}</bdi>
      {unicode !== name && (
        <>
          {' '}
          <small>({name})</small>
        </>
      )}
    </span>
  );
}
