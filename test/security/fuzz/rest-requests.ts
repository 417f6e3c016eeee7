import fc from 'fast-check';
import type { Caller, Ids } from './fuzz-fixture.ts';
import { callers } from './fuzz-fixture.ts';
import type { JsonSchema } from './json-values.ts';
import { anyJson, anyText, deepJson, POISONED_NAMES, schemaValue } from './json-values.ts';

/** The OpenAPI document, as far as requests are made from it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

interface ApiOperation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** A request for one of the operations, or for something near it. */
export interface RestRequest {
  readonly method: string;
  /** With placeholders such as `{account}` for existing ids. */
  readonly path: string;
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  /** The operation of this method and path, if any, with the statuses that it documents. */
  readonly documented: readonly number[] | null;
}

/** Requests for every operation of the document, valid and invalid. */
export function restRequests(document: ApiDocument): fc.Arbitrary<RestRequest> {
  const resolve = (ref: string) => document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {};
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return fc.constantFrom(...operations).chain(({ path, method, operation }) => {
    const requestMethod = mostly(
      fc.constant(method),
      fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'),
    );
    return fc
      .record({
        method: requestMethod,
        path: mostly(fc.constant(path), pathsNear(path)),
        query: queryFor(operation, resolve),
        caller: callers,
        headers: oddHeaders,
        content: contentFor(operation, resolve),
      })
      .map((made) => ({
        method: made.method,
        path: `/api/v1${made.path}${made.query}`,
        caller: made.caller,
        headers: { ...made.headers, ...typeOf(made.content) },
        body: made.content?.body,
        documented:
          made.path === path && made.method === method ? Object.keys(operation.responses).map(Number) : null,
      }));
  });
}

/** Replaces the placeholders with existing ids. */
export function pathWith(path: string, ids: Ids): string {
  const isToken = path.includes('/tokens/');
  return path
    .replaceAll('{account}', String(ids.account))
    .replaceAll('{id}', String(isToken ? ids.token : ids.id))
    .replaceAll('{share}', String(ids.share));
}

function mostly<T>(usual: fc.Arbitrary<T>, unusual: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: unusual });
}

/** Values in the place of an id. Never account 1, whose token the requests use. */
const oddId = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '+2',
    '02',
    '2.0',
    '2e0',
    '0x2',
    '%202',
    '%00',
    '2%00',
    '%ff',
    '%ZZ',
    '%',
    '..',
    '%2e%2e',
    '2%2f3',
    '2;3',
    '%EF%BC%92',
    '9007199254740992',
    '999999999999999',
    '9'.repeat(30),
    '7'.repeat(5500),
  ),
  anyText.map(encode),
);

function pathsNear(path: string): fc.Arbitrary<string> {
  const [, ...names] = path.split(/\{\w+\}/);
  return fc.oneof(
    fc.array(oddId, { minLength: names.length, maxLength: names.length }).map((ids) => {
      let next = 0;
      return path.replace(/\{\w+\}/g, () => ids[next++] ?? '');
    }),
    fc.constantFrom(
      `${path}/`,
      `/${path}`,
      `${path}/more`,
      path.toUpperCase(),
      `/..${path}`,
      `${path}%2f`,
      `${path}.json`,
    ),
    anyText.map((text) => `${path}/${encode(text)}`),
  );
}

/** Encodes a path segment; lone surrogates have no UTF-8. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function queryFor(
  { parameters = [] }: ApiOperation,
  resolve: (ref: string) => JsonSchema,
): fc.Arbitrary<string> {
  const documented = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema }) =>
      mostly(schemaValue(schema, resolve).map(asText), anyText).map((value) => `${name}=${encode(value)}`),
    );
  const odd = fc.oneof(
    fc.constantFrom(
      '',
      '=',
      '&&',
      '%',
      '%ZZ=1',
      'a[]=1',
      'a[b]=1',
      '__proto__=1',
      '__proto__[x]=1',
      'limit=1&limit=2',
      'account=1',
      'batch=1',
      `x=${'y'.repeat(3000)}`,
    ),
    fc.tuple(anyText, anyText).map(([name, value]) => `${encode(name)}=${encode(value)}`),
  );
  const part = documented.length === 0 ? odd : mostly(fc.oneof(...documented), odd);
  return fc.array(part, { maxLength: 3 }).map((parts) => (parts.length === 0 ? '' : `?${parts.join('&')}`));
}

/** Any header value that a client can send. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});

const oddHeaders = fc
  .array(
    fc.oneof(
      fc.constantFrom<[string, string][]>(
        ['accept', 'text/html'],
        ['accept', 'application/jsonl'],
        ['accept-encoding', 'br;q=1, gzip;q=0'],
        ['content-encoding', 'gzip'],
        ['x-http-method-override', 'DELETE'],
        ['x-forwarded-for', '::1, unknown'],
        ['x-forwarded-host', 'evil.example'],
        ['x-request-id', '../../etc/passwd'],
        ['origin', 'null'],
        ['range', 'bytes=0-0'],
        ['if-match', '*'],
        ['expect', 'x'],
        ['cookie', 'token=lh_x'],
        ['host', 'evil.example:80'],
        ['host', 'a:b@c'],
        ['authorization', ''],
        ['authorization', 'Bearer'],
        ['authorization', `Bearer ${'x'.repeat(8000)}`],
        ['authorization', 'Bearer __proto__'],
      ),
      fc.tuple(
        fc.constantFrom('x-odd', 'accept', 'authorization', 'referer', 'user-agent', 'origin'),
        headerText,
      ),
    ),
    { maxLength: 2 },
  )
  .map((headers) => Object.fromEntries(headers));

interface Content {
  readonly type: string | null;
  readonly body: string | Uint8Array;
}

/** What a raw message is made of, in no order. */
const rawMessage = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'From: a@example.org\r\n',
        'From: ',
        '\r\n',
        '\n',
        '\r',
        '\0',
        ' ',
        ':',
        ',',
        '"',
        '(',
        '<a@b.c>',
      ),
      fc.constantFrom('\r\n\r\n', 'To: x\r\n y\r\n', `X: ${'x'.repeat(33_000)}\r\n`, '\u{10ffff}'),
      anyText,
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

function contentFor(
  { requestBody }: ApiOperation,
  resolve: (ref: string) => JsonSchema,
): fc.Arbitrary<Content | undefined> {
  const schema = requestBody?.content['application/json']?.schema;
  const json = (body: string): Content => ({ type: 'application/json', body });
  const invalid: fc.Arbitrary<Content | undefined> = fc.oneof(
    anyJson.map((value) => json(JSON.stringify(value) ?? '')),
    fc
      .constantFrom(
        '',
        ' ',
        '{',
        '{"domain":',
        '[]',
        'null',
        '"x"',
        '{"domain":"\\ud800.example"}',
        '\ufeff{}',
        '{"a":1,"a":2}',
        '{"__proto__":{"domain":"a.example"}}',
        '1e999',
      )
      .map(json),
    deepJson.map(json),
    fc.uint8Array({ maxLength: 200 }).map((body): Content => ({ type: 'application/json', body })),
    fc.constant(json(`{"domain":"${'a'.repeat(70_000)}"}`)),
    fc
      .tuple(
        fc.constantFrom(
          'text/plain',
          'application/xml',
          'multipart/form-data; boundary=x',
          'application/json; charset=utf-16',
          'application/octet-stream',
          'x',
          'application/x-www-form-urlencoded; x=y',
        ),
        anyText,
      )
      .map(([type, body]): Content => ({ type, body })),
    anyText.map((body): Content => ({ type: null, body })),
    rawMessage.map((body): Content => ({ type: 'message/rfc822', body })),
    fc.array(fc.tuple(anyText, anyText), { maxLength: 4 }).map((fields) => form(fields)),
    tangledForm(fieldNames(schema, resolve)),
    fc.constant(undefined),
  );
  if (schema === undefined) return mostly(fc.constant(undefined), invalid);
  const valid = schemaValue(schema, resolve);
  return mostly(
    fc.oneof(
      valid.map((value) => json(JSON.stringify(value))),
      valid.map((value) =>
        form(Object.entries(value as object).map(([name, field]) => [name, asText(field)])),
      ),
    ),
    invalid,
  );
}

/** Formats a field value; `toString` of an object may not be a function. */
function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function form(fields: readonly (readonly [string, string])[]): Content {
  const body = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value]));
  return { type: 'application/x-www-form-urlencoded', body: body.toString() };
}

function fieldNames(schema: JsonSchema | undefined, resolve: (ref: string) => JsonSchema): string[] {
  const { $ref, properties = {} } = schema ?? {};
  return $ref === undefined ? Object.keys(properties) : fieldNames(resolve($ref), resolve);
}

/** A form with repeated fields, or with lists and objects in the notations of other servers. */
function tangledForm(names: readonly string[]): fc.Arbitrary<Content> {
  const name = fc.constantFrom(...names, ...POISONED_NAMES, 'domain', 'a');
  const spelling = fc.constantFrom('', '[]', '[0]', '[a]', '[a][b]', '.a', '[__proto__]', '[', ']', '%00');
  const field = fc.tuple(
    fc.tuple(name, spelling).map((parts) => parts.join('')),
    fc.oneof(fc.domain(), anyText),
  );
  const repeated = fc
    .tuple(field, fc.constantFrom(2, 3, 99, 100, 101, 5000))
    .map(([one, times]) => Array(times).fill(one));
  const many = fc.integer({ min: 50, max: 3000 }).map((count) => fieldsOf(count));
  return fc
    .array(fc.oneof({ weight: 4, arbitrary: field.map((one) => [one]) }, repeated, many), { maxLength: 6 })
    .map((parts) => form(parts.flat()));
}

function fieldsOf(count: number): [string, string][] {
  return Array.from({ length: count }, (_, i) => [`f${i}`, '1']);
}

function typeOf(content: Content | undefined): Record<string, string> {
  return content === undefined || content.type === null ? {} : { 'content-type': content.type };
}
