import { toUnicode } from 'punycode/punycode.es6.js';

/** Unicode form of an IDN: `bücher.example` for `xn--bcher-kva.example`; other names are returned unchanged. */
export function toUnicodeName(name: string): string {
  if (!name.includes('xn--')) return name;
  try {
    return toUnicode(name);
  } catch {
    return name;
  }
}

/** Formats an IDN for titles and texts as `bücher.example (xn--bcher-kva.example)`; other names are unchanged. */
export function withPunycode(name: string): string {
  const unicode = toUnicodeName(name);
  return unicode === name ? name : `${unicode} (${name})`;
}

/** Allows line breaks after the dots of a name. */
export function breakable(name: string) {
  return name.split(/(?<=\.)/).flatMap((label, at) => (at === 0 ? [label] : [<wbr key={at} />, label]));
}

/**
 * Shows an IDN in both spellings, in lists, headings and sentences, because its Unicode form alone can be made to look
 * like another name.
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
