import fc from 'fast-check';
import { foldingWhiteSpace, LINE_BREAKS, lineBreak, tagListSpelling } from './tag-list-spelling.ts';

/** The key with white space strewn into it, as §3.6.1 allows. */
function spacedOut(key: string): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(fc.integer({ min: 1, max: key.length - 1 }), fc.oneof(foldingWhiteSpace, lineBreak)), {
      maxLength: 5,
    })
    .map((cuts) =>
      cuts
        .sort(([a], [b]) => b - a)
        .reduce((text, [at, space]) => text.slice(0, at) + space + text.slice(at), key),
    );
}

const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const unknownTag = fc.record({
  name: fc.stringMatching(/^x[a-z0-9_]{1,6}$/),
  value: fc.stringMatching(/^[\x21-\x3a\x3c-\x7e]{0,20}$/),
});

/** Any spelling of a record for this key that RFC 6376 §3.6.1 lets a receiver of mail use. */
export function usableRecord(key: string): fc.Arbitrary<string> {
  const parts = fc.record({
    version: fc.boolean(),
    keyType: fc.boolean(),
    hashes: optional(fc.constantFrom('sha256', 'sha1:sha256', 'sha256 : sha1', 'sha512:sha256')),
    services: optional(fc.constantFrom('*', 'email', 'other:email', 'email : other', '*:other')),
    flags: optional(fc.constantFrom('', 's', 'x', 'x:s')),
    notes: optional(fc.constantFrom('', 'made=20in=20May', 'p=nothing')),
    unknown: fc.uniqueArray(unknownTag, { maxLength: 3, selector: (tag) => tag.name }),
    key: spacedOut(key),
  });
  return parts
    .chain((record) => {
      const tags = [
        { name: 'p', value: record.key },
        ...(record.keyType ? [{ name: 'k', value: 'rsa' }] : []),
        ...(record.hashes === undefined ? [] : [{ name: 'h', value: record.hashes }]),
        ...(record.services === undefined ? [] : [{ name: 's', value: record.services }]),
        ...(record.flags === undefined ? [] : [{ name: 't', value: record.flags }]),
        ...(record.notes === undefined ? [] : [{ name: 'n', value: record.notes }]),
        ...record.unknown,
      ];
      const shuffled = fc.shuffledSubarray(tags, { minLength: tags.length });
      return shuffled.map((rest) => (record.version ? [{ name: 'v', value: 'DKIM1' }, ...rest] : rest));
    })
    .chain(tagListSpelling);
}

/** Values of each tag that the RFC forbids, or that say something else than is needed, and some that only look so. */
const ODD_VALUES: readonly string[] = [
  'v=DKIM1.0',
  'v=dkim1',
  'v=',
  'v=DKIM2',
  'v=spf1',
  'v="DKIM1"',
  'k=',
  'k=RSA',
  'k=ed25519',
  'k=rsa:ed25519',
  'h=',
  'h=sha1',
  'h=SHA256',
  'h=sha256:',
  'h=:sha256',
  'h=sha512',
  'h=sha1 : sha256',
  'h=sha 256',
  's=',
  's=email:',
  's=:email',
  's=Email',
  's=tlsrpt',
  's=tlsrpt:email',
  's=* : email',
  's=email:other',
  's=em ail',
  't=',
  't=y',
  't=y:',
  't=s:y',
  't=1',
  't=Y',
  'g=',
  'g=*',
  'g=nobody',
  'n=',
  'n=a\\b',
  'n=a;b',
  'x.y=1',
  'x-foo=1',
  'x=',
  '=1',
  'x',
  'V=DKIM1',
  'K=rsa',
  'P=',
  'p=',
  'q=dns/txt',
  'x=\u00e9',
  'pk=rsa',
  'key=rsa',
  'hash=1',
  'vv=2',
];

/** What happens to a record on its way into the DNS: the RFC allows some of it, and receivers take more. */
const ACCIDENTS: readonly ((text: string, at: number) => string)[] = [
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + text.slice(at, at + 1) + text.slice(at),
  (text) => `"${text}"`,
  (text) => text.replaceAll(';', '\\;'),
  (text) => text.replaceAll(';', ''),
  (text) => text.replaceAll(';', ';;'),
  (text) => text.replaceAll(';', ','),
  (text) => text.replaceAll('=', ' = '),
  (text) => `;${text}`,
  (text) => `${text}\\`,
  (text) => `${text};\n`,
  (text) => `\n${text}`,
  (text) => `\ufeff${text}`,
  (text) => `${text};\u00a0`,
  (text) => text.toLowerCase(),
  (text) => text.replaceAll('+', ' '),
  (text) => text.slice(0, 255),
  (text) => `${text} trailing words`,
];

/** The value of `p=`, spoilt or not. */
const KEY_ACCIDENTS: readonly ((key: string) => string)[] = [
  (key) => `${key}A`,
  (key) => `${key} A`,
  (key) => `${key}Z`,
  (key) => `${key}=`,
  (key) => `${key}==`,
  (key) => `${key}AAAA`,
  (key) => `${key}-`,
  (key) => `=${key}`,
  (key) => key.slice(0, -1),
  (key) => key.slice(0, -4),
  (key) => `${key.slice(0, 100)}\u00a0${key.slice(100)}`,
  (key) => `${key.slice(0, 100)}-${key.slice(100)}`,
  (key) => `${key.slice(0, 100)}\\n${key.slice(100)}`,
  (key) => `"${key}"`,
  (key) => `${key.slice(0, 200)}" "${key.slice(200)}`,
  (key) => key.replaceAll('+', '-').replaceAll('/', '_'),
  (key) => Buffer.from(key, 'base64').toString('hex'),
];

/** A record for this key that is nearly right, or right in a way that not everybody thinks of. */
export function nearMiss(key: string): fc.Arbitrary<string> {
  const spoiltKey = fc.constantFrom(...KEY_ACCIDENTS).map((spoil) => `v=DKIM1; k=rsa; p=${spoil(key)}`);
  const oddTags = fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...ODD_VALUES), { minLength: 1, maxLength: 2 }),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([odd, isFirst, hasVersion]) => {
      const usual = [...(hasVersion ? ['v=DKIM1'] : []), `p=${key}`];
      return (isFirst ? [...odd, ...usual] : [...usual, ...odd]).join('; ');
    });
  const accident = fc
    .tuple(usableRecord(key), fc.constantFrom(...ACCIDENTS), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([text, happens, at]) => happens(text, Math.floor(at * text.length)));
  return fc.oneof(oddTags, oddTags, accident, spoiltKey);
}

/** Each of the near misses once, at one place. */
export function everyNearMiss(key: string): string[] {
  const usual = `v=DKIM1; k=rsa; p=${key}`;
  return [
    ...ODD_VALUES.flatMap((odd) => [`${odd}; p=${key}`, `v=DKIM1; p=${key}; ${odd}`]),
    ...KEY_ACCIDENTS.map((spoil) => `v=DKIM1; k=rsa; p=${spoil(key)}`),
    ...ACCIDENTS.map((happens) => happens(usual, 100)),
    ...LINE_BREAKS.flatMap((one) => [
      `${one}v=DKIM1;${one}k=rsa; p=${key}${one}`,
      `k=rsa; p=${key.slice(0, 76)}${one}${key.slice(76)}`,
    ]),
  ];
}
