import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainNameSchema, toUnicode } from '../../server/domains/domain-name.ts';

const parse = (text: string) => DomainNameSchema.parse(text);

/** The sentence that an input is refused with. */
function errorOf(input: string): string {
  const { data, error } = DomainNameSchema.safeParse(input);
  if (error === undefined) throw new Error(`${JSON.stringify(input)} was taken for ${data.name}`);
  expect(error.issues).toHaveLength(1);
  return error.issues[0]?.message ?? '';
}

describe('what is taken', () => {
  test.each([
    ['example.org', 'example.org', null],
    ['  example.org\n', 'example.org', null],
    ['example.org.', 'example.org', null],
    ['Mail.EXAMPLE.co.uk', 'example.co.uk', 'mail'],
    ['a.b.c.example.com', 'example.com', 'a.b.c'],
    ['city.kawasaki.jp', 'city.kawasaki.jp', null],
    ['desk.www.ck', 'www.ck', 'desk'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', null],
    ['ab--cd.org', 'ab--cd.org', null],
    ['3com.com', '3com.com', null],
    ['0x7f.org', '0x7f.org', null],
    ['127.0.0.1.example.org', 'example.org', '127.0.0.1'],
    ['localhost.example.org', 'example.org', 'localhost'],
  ])(
    'the name %j is read as the registrable domain %s with the subdomain %s',
    (input, registrable, subdomain) => {
      const { name, ...rest } = parse(input);
      expect(rest).toEqual({ registrable, subdomain });
      expect(name).toBe(subdomain === null ? registrable : `${subdomain}.${registrable}`);
    },
  );

  test.each(['desk.test', 'desk.example', 'desk.internal', 'a.b.test'])(
    'the name %s is accepted, though no registry has it',
    (name) => {
      expect(parse(name).name).toBe(name);
    },
  );

  test('only ICANN’s public suffixes count, so that names of a host’s own customers are its subdomains', () => {
    expect(parse('foo.github.io')).toMatchObject({ registrable: 'github.io', subdomain: 'foo' });
    expect(parse('github.io').subdomain).toBeNull();
  });

  test.each([
    ['Bücher.De', 'xn--bcher-kva.de'],
    ['XN--BCHER-KVA.de', 'xn--bcher-kva.de'],
    ['bu\u0308cher.de', 'xn--bcher-kva.de'], // not in NFC as typed
    ['faß.de', 'xn--fa-hia.de'], // transitional processing would say fass.de
    ['ＥＸＡＭＰＬＥ．ｏｒｇ', 'example.org'],
    ['例え。テスト', 'xn--r8jz45g.xn--zckzah'],
    ['example.org。', 'example.org'],
    ['exam\u00ADple.org', 'example.org'], // a soft hyphen, which UTS 46 drops
    ['foo.公司.cn', 'foo.xn--55qx5d.cn'],
    ['نامه\u200Cای.com', 'xn--mgba3gch31f060k.com'], // a joiner where RFC 5892 allows it
    ['אב.example', 'xn--4dbc.example'],
  ])('the internationalised name %j is read as %s', (input, name) => {
    expect(parse(input).name).toBe(name);
  });

  test('the longest label and the longest name are accepted', () => {
    const label = 'a'.repeat(63);
    expect(parse(`${label}.org`).name).toHaveLength(67);
    const name = `${label}.${label}.${label}.${'a'.repeat(57)}.org`;
    expect(parse(`${name}.`).name).toHaveLength(253);
    expect(errorOf(name.replace('.org', 'a.org'))).toContain('253');
  });
});

describe('what is refused with the name that was meant', () => {
  test.each([
    ['https://example.org/x', 'That is a web address.'],
    ['HTTP://me:secret@Example.org:8080/?x#y', 'That is a web address.'],
    ['http//example.org', 'That is a web address.'],
    ['http:example.org', 'That is a web address.'],
    ['//example.org', 'That is a web address.'],
    ['example.org/', 'That is a web address.'],
    ['example.org?x=1', 'That is a web address.'],
    ['https://example.org\\x', 'That is a web address.'],
    ['me@example.org', 'That is an e-mail address.'],
    ['Me <me@example.org>', 'That is an e-mail address.'],
    ['mailto:me@example.org?subject=hello', 'That is an e-mail address.'],
    ['@example.org', 'That is an e-mail address.'],
    ['example.org:8080', 'That is a name with a port.'],
    ['*.example.org', 'A wildcard is not one domain.'],
    ['ex%61mple.org', 'A domain name has no percent signs.'],
    ['exam ple.org', 'A domain name has no spaces.'],
    ['example\u00A0.org', 'A domain name has no spaces.'],
    ['example.org, example.com', 'That is more than one name.'],
    ['example,org', 'A domain name has dots where you typed a comma.'],
    ['example;org', 'A domain name has dots where you typed a comma.'],
    ['"example.org"', 'A domain name has only letters, digits and hyphens between its dots.'],
    ['exam\0ple.org', 'A domain name has only letters, digits and hyphens between its dots.'],
    ['_dmarc.example.org', 'A domain name has no underscores.'],
    ['s1._domainkey.example.org', 'A domain name has no underscores.'],
    ['example..org', 'There is nothing between two dots.'],
    ['.example.org', 'There is nothing between two dots.'],
    ['example.org..', 'There is nothing between two dots.'],
    ['-example.org', 'No part of a domain name begins or ends with a hyphen.'],
    ['example-.org', 'No part of a domain name begins or ends with a hyphen.'],
  ])('the input %j is refused with the name that was meant', (input, what) => {
    expect(errorOf(input)).toBe(`${what} Type only the name: example.org.`);
  });

  test('a suggestion for an internationalised name is written in A-labels', () => {
    expect(errorOf('https://bücher.de/')).toBe(
      'That is a web address. Type only the name: xn--bcher-kva.de.',
    );
  });

  test('an input that is a public suffix is refused with a name under it as an example', () => {
    expect(errorOf('co.uk')).toContain('such as example.co.uk.');
    expect(errorOf('公司.cn')).toContain('such as example.xn--55qx5d.cn.');
    expect(errorOf('kawasaki.jp')).toContain('public suffix');
    expect(errorOf('anything.ck')).toContain('public suffix');
  });
});

describe('what is refused without one', () => {
  test.each(['', '   ', '.', '\u00AD', '\uFEFF'])('empty input is refused: %j', (input) => {
    expect(errorOf(input)).toContain('Nothing was typed.');
  });

  test.each([
    '127.0.0.1',
    '127.0.0.1.',
    '127.0.0.1:80',
    '192.0.2.0/24',
    '127.1',
    '0x7f.1',
    '0177.0.0.1',
    '2130706433',
    '0x7f000001',
    '::1',
    '[::1]',
    '[::1]:443',
    '[192.0.2.1]',
    '2001:DB8::1',
    '::ffff:192.0.2.1',
    'fe80::1%eth0',
    '１２７.０.０.１',
    '127。0。0。1',
    '①②⑦.0.0.1',
    '127.0.0.\u00AD1',
  ])('an IP address is refused: %j', (input) => {
    expect(errorOf(input)).toBe('That is an IP address. Type a domain name, such as example.org.');
  });

  test.each(['1.2.3.4.5', 'example.123', 'example.0x7f'])(
    'a name that ends in a number is refused: %s',
    (input) => {
      expect(errorOf(input)).toContain('never a number');
    },
  );

  test.each([
    'localhost',
    'local',
    'a.localhost',
    'printer.local',
    'x.onion',
    'x.invalid',
    '1.in-addr.arpa',
    'ｌocal',
  ])('a name that the public DNS does not hold is refused: %s', (input) => {
    expect(errorOf(input)).toContain('Type a name that you have registered');
  });

  test.each(['org', 'example', 'test', 'xn--bcher-kva'])('a single label is refused: %s', (input) => {
    expect(errorOf(input)).toContain('one word');
  });

  test.each([
    ['xn--', 'stands for nothing'],
    ['xn--a', 'does not decode to a letter'],
    ['xn--abc-', 'stands for ASCII'],
    ['xn--99999999', 'overflows'],
    ['xn--u-ccb', 'is not in NFC'],
    ['xn--fa-hia-', 'has a delimiter at its end'],
    ['xn--1ug', 'is a joiner alone'],
    [`xn--${'a'.repeat(200)}`, 'is too long'],
  ])('a malformed A-label is refused: %s, which %s', (label) => {
    const sentence = errorOf(`${label}.org`);
    expect(sentence).toContain('xn--');
    expect(sentence).toContain('in its own letters');
  });

  test.each(['a\u200Db.org', '1נ.org', 'אa.org', '👨\u200D👩.org'])(
    'letters that may not stand together are refused: %j',
    (input) => {
      expect(errorOf(input)).toContain('may not stand together');
    },
  );

  test.each(['-é.org', 'é-.org', 'éa--b.org', 'xn----bga.org', 'a.-b-.org-'])(
    'a misplaced hyphen is refused: %s',
    (input) => {
      expect(errorOf(input)).toContain('hyphen');
    },
  );

  test.each([
    'a_b.org',
    'a+b.org',
    'a&b.org',
    'a$.org',
    'a!.org',
    '\u2028',
    'a\u0007',
    '\uD800.org',
    '*',
    '**',
    '%',
    '%zz.org',
    'http//',
    ':',
    '@',
    '[',
    'c:\\x',
  ])('input that is nothing like a name is refused: %j', (input) => {
    expect(errorOf(input)).toMatch(/Type a domain name, such as example\.org\.$|Type only the name: [a-z]/);
  });

  test('a label of 64 characters and a very long text are refused at once', () => {
    expect(errorOf(`${'a'.repeat(64)}.org`)).toContain('63');
    expect(errorOf(`${'ü'.repeat(60)}.org`)).toContain('63'); // its A-label has more
    expect(errorOf('a'.repeat(300))).toContain('253');
    // Different letters each: Punycode would take time with the square of their number.
    const letters = Array.from({ length: 20_000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(errorOf(letters)).toContain('253');
  });
});

describe('for any text', () => {
  const letters = fc.constantFrom(
    ...'abz019-._~*@:/?#%[]\\ \t\0"<>,;üßאब１.。٣ⅷ😀',
    '\u00AD',
    '\u200C',
    '\u200D',
    'xn--',
  );
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.domain(),
    fc.webUrl(),
    fc.emailAddress(),
    fc.ipV4Extended(),
    fc.ipV6(),
    fc.array(letters, { maxLength: 20 }).map((parts) => parts.join('')),
    fc.array(letters, { maxLength: 8 }).map((parts) => `xn--${parts.join('')}.org`),
  );
  const NAME =
    /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

  test('any text is refused, or gives a name of letters, digits and hyphens that parses to itself', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { data: name } = DomainNameSchema.safeParse(text);
        if (name === undefined) return;
        expect(name.name).toMatch(NAME);
        expect(parse(name.name)).toEqual(name);
        expect(parse(toUnicode(name.name))).toEqual(name);
        expect(name.name).toBe([name.subdomain, name.registrable].filter((part) => part !== null).join('.'));
      }),
      { numRuns: 5000 },
    );
  });

  test('any refusal is a short sentence without control characters, whose suggestion would be accepted', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (DomainNameSchema.safeParse(text).success) return;
        const sentence = errorOf(text);
        expect(sentence).toMatch(/^[\x20-\x7E]{1,250}$/);
        const suggestion = /(?:Type only the name:|such as) (\S+)\.$/.exec(sentence)?.[1];
        if (suggestion !== undefined) expect(parse(suggestion).name).toBe(suggestion);
      }),
      { numRuns: 5000 },
    );
  });

  test('any name of letters, digits and hyphens is accepted as it is', () => {
    const label = fc
      .stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/)
      .filter((it) => !it.startsWith('xn--'));
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 9 }), (labels) => {
        const subdomain = labels.join('.');
        expect(parse(`${subdomain}.example.co.uk`)).toMatchObject({
          registrable: 'example.co.uk',
          subdomain,
        });
      }),
    );
  });
});

test('toUnicode shows a name in its own letters', () => {
  expect(toUnicode('xn--bcher-kva.de')).toBe('bücher.de');
  expect(toUnicode('mail.example.org')).toBe('mail.example.org');
});
