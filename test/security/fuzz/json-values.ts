import fc from 'fast-check';

/** A JSON schema, as far as the OpenAPI document uses it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly example?: unknown;
}

/** Property names with a meaning in JavaScript. */
export const POISONED_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
];

/** Texts that have broken programs before. */
const POISONED_TEXTS = [
  '',
  ' ',
  '\0',
  '\ud800',
  '‮',
  '𝐞𝐱𝐚𝐦𝐩𝐥𝐞.org',
  'example.org\r\nX-Injected: 1',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  "' OR 1=1 --",
  '#{7*7}{{7*7}}',
  '%s%n',
  'xn--a',
  'a'.repeat(70),
  `${'a.'.repeat(126)}org`,
  '1e400',
  '9'.repeat(400),
  '-0',
  'NaN',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '2027-01-31T12:00:00Z',
];

export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...POISONED_TEXTS),
  fc.domain(),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => `${text}.example`),
);

const anyTime = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2099-01-31T12:00:00Z', '9999-12-31T23:59:59.999Z', '10000-01-01', '2099', '0', 'never'),
  anyText,
);

const anyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -1, 1, 0.5, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1),
);

/** Any JSON value, with dangerous names and texts. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    anyNumber,
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(anyText, fc.constantFrom(...POISONED_NAMES)), tie('value')), { maxLength: 4 })
      .map(ownFields),
  ),
})).value;

/** Objects nested so deeply that recursion overflows the stack. */
export const deepJson = fc
  .tuple(fc.constantFrom('{"a":', '['), fc.integer({ min: 1000, max: 9000 }))
  .map(([open, depth]) => `${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}`);

/** Values of a schema: most are valid, some have a field of any value. */
export function schemaValue(schema: JsonSchema, resolve: (ref: string) => JsonSchema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return schemaValue(resolve(schema.$ref), resolve);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => schemaValue(one, resolve)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const examples = schema.example === undefined ? [] : [fc.constant(schema.example)];
  switch ([schema.type].flat()[0]) {
    case 'integer':
      return fc.oneof(...examples, fc.integer({ min: 1, max: 20 }), fc.maxSafeInteger());
    case 'number':
      return anyNumber;
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.oneof(...examples, fc.array(schemaValue(schema.items ?? {}, resolve), { maxLength: 4 }));
    case 'object':
      return objectOf(schema, resolve);
    default:
      return schema.format === 'date-time' ? anyTime : fc.oneof(...examples, fc.domain(), anyText);
  }
}

function objectOf({ properties = {}, required = [] }: JsonSchema, resolve: (ref: string) => JsonSchema) {
  const fields = Object.entries(properties).map(([name, field]) => {
    const valid = schemaValue(field, resolve);
    return [name, fc.oneof({ weight: 8, arbitrary: valid }, { weight: 1, arbitrary: anyJson })] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
}

/** An object with these own properties, `__proto__` included. */
function ownFields(fields: [string, unknown][]): object {
  const made = {};
  for (const [name, value] of fields) {
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}
