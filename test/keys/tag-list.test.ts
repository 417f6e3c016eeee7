import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTagList } from '../../server/keys/tag-list.ts';
import { foldingWhiteSpace, lineBreak, tagListSpelling } from './tag-list-spelling.ts';

const tagName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/);
const tagValue = fc.stringMatching(/^[\x21-\x3a\x3c-\x7e]{0,40}$/);
const tags = fc.uniqueArray(fc.record({ name: tagName, value: tagValue }), {
  minLength: 1,
  maxLength: 8,
  selector: (tag) => tag.name,
});

describe('a tag list', () => {
  test('a tag list is read the same in every spelling that RFC 6376 §3.2 allows', () => {
    const spelled = tags.chain((list) => fc.tuple(fc.constant(list), tagListSpelling(list)));
    fc.assert(
      fc.property(spelled, ([list, text]) => {
        expect(parseTagList(text)).toEqual({ kind: 'tags', tags: list });
      }),
    );
  });

  test('a tag list is read the same with line breaks in the place of white space', () => {
    const spelled = tags.chain((list) =>
      fc.tuple(fc.constant(list), tagListSpelling(list, fc.oneof(foldingWhiteSpace, lineBreak))),
    );
    fc.assert(
      fc.property(spelled, ([list, text]) => {
        expect(parseTagList(text)).toEqual({ kind: 'tags', tags: list });
      }),
    );
  });

  test('a tag list with a tag twice is a syntax error, whatever the values', () => {
    const doubled = tags.chain((list) =>
      fc
        .tuple(fc.shuffledSubarray(list, { minLength: 1, maxLength: 1 }), tagValue)
        .chain(([[again], value]) =>
          tagListSpelling(again === undefined ? list : [...list, { name: again.name, value }]),
        ),
    );
    fc.assert(
      fc.property(doubled, (text) => {
        expect(parseTagList(text).kind).toBe('syntax-error');
      }),
    );
  });

  test('a tag list keeps names that differ in case apart', () => {
    expect(parseTagList('a=1;A=2')).toMatchObject({ kind: 'tags', tags: [{ name: 'a' }, { name: 'A' }] });
  });

  test.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    [';', 'it has an empty part'],
    ['a=1;;b=2', 'it has an empty part'],
    ['hello', 'a part of it has no equals sign'],
    ['a=1; hello', 'a part of it has no equals sign'],
    ['1a=1', 'a part of it does not begin with a tag name'],
    ['=1', 'a part of it does not begin with a tag name'],
    ['"a=1"', 'a part of it does not begin with a tag name'],
    ['a=\u201c1\u201d', 'it holds a character that is not plain ASCII (U+201C)'],
    ['a\u00a0=1', 'it holds a character that is not plain ASCII (U+00A0)'],
    ['a=1;\u{1f511}', 'it holds a character that is not plain ASCII (U+1F511)'],
  ])('the text %j is not a tag list: %s', (text, problem) => {
    expect(parseTagList(text)).toEqual({ kind: 'syntax-error', problem });
  });

  test('parsing a tag list never throws, whatever the record holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['tags', 'syntax-error']).toContain(parseTagList(text).kind);
      }),
    );
  });
});
