import fc from 'fast-check';
import type { Tag } from '../../server/keys/tag-list.ts';

/** White space as RFC 6376 §2.8 allows it around names and values: spaces, tabs, a folded line. */
export const foldingWhiteSpace = fc
  .tuple(fc.constantFrom('', ' ', '\t', ' \t '), fc.constantFrom('', '', '', '\r\n ', '\r\n\t'))
  .map(([before, fold]) => before + fold);

/** Line breaks outside of folding: no grammar allows them, and all receivers read them as white space. */
export const LINE_BREAKS = ['\n', '\r', '\r\n', '\v', '\f'];
/** VT and FF are left out, which some receivers take at some places alone. */
export const lineBreak = fc.constantFrom('\n', '\r', '\r\n', ' \n', '\n\n');

/** Some spelling of these tags in this order. */
export function tagListSpelling(
  tags: readonly Tag[],
  whiteSpace: fc.Arbitrary<string> = foldingWhiteSpace,
): fc.Arbitrary<string> {
  const spaces = fc.array(whiteSpace, { minLength: tags.length * 4, maxLength: tags.length * 4 });
  return fc.tuple(spaces, fc.constantFrom('', ';', '; ')).map(([space, end]) => {
    const specs = tags.map(({ name, value }, at) => {
      const [a = '', b = '', c = '', d = ''] = space.slice(at * 4, at * 4 + 4);
      return `${a}${name}${b}=${c}${value}${d}`;
    });
    return specs.join(';') + end;
  });
}
