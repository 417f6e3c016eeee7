import type { Schema, Schemas } from '../../rest/schema-examples.ts';
import { exampleOf, resolveSchema } from '../../rest/schema-examples.ts';
import type { PlacedOperation } from './api-document.ts';
import { contentOf, successOf } from './api-document.ts';

/** The languages that requests are shown in: the identifier that the page uses, and the name. */
export const LANGUAGES = [
  ['curl', 'curl'],
  ['fetch', 'JavaScript (fetch)'],
  ['python', 'Python (requests)'],
  ['client', 'Typed client'],
] as const;

export type Language = (typeof LANGUAGES)[number][0];

/** An example request: what must be given; of a change that needs nothing, the first field. */
interface SampleRequest {
  readonly operation: PlacedOperation;
  readonly url: string;
  readonly path: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the body is a raw message, and no fields. */
  readonly sendsMessage: boolean;
  /** Of the answer; null where it is empty. */
  readonly mediaType: string | null;
}

const MESSAGE_TYPE = 'message/rfc822';
const MESSAGE_FILE = 'message.eml';
/** The only field that is kept in a file is a private key. */
const KEY_FILE = 'private-key.pem';
/** The only download is the backup. */
const DOWNLOAD_FILE = 'letterhead.tar.gz';

/** Stands for a text that a sample reads from a file: one whose schema names the media type of its content. */
const FROM_FILE = Symbol(KEY_FILE);

/** Writes an example request in each language, to be used as it stands once a token has been put into it. */
export function requestSamples(
  operation: PlacedOperation,
  baseUrl: string,
  schemas: Schemas,
): Record<Language, string> {
  const path = pathExamples(operation, schemas);
  const filled = operation.path.replace(/\{(\w+)\}/g, (braces, name) =>
    path[name] === undefined ? braces : encodeURIComponent(`${path[name]}`),
  );
  const content = contentOf(operation.requestBody);
  const request: SampleRequest = {
    operation,
    url: `${baseUrl}${filled}`,
    path,
    body: bodyExamples(operation.method, content?.schema, schemas),
    sendsMessage: content?.mediaType === MESSAGE_TYPE,
    mediaType: contentOf(successOf(operation)?.[1])?.mediaType ?? null,
  };
  return {
    curl: curlSample(request),
    fetch: fetchSample(request),
    python: pythonSample(request),
    client: clientSample(request, new URL(baseUrl).origin),
  };
}

function pathExamples({ parameters = [] }: PlacedOperation, schemas: Schemas): Record<string, unknown> {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  return Object.fromEntries(inPath.map(({ name, schema = {} }) => [name, exampleOf(schema, schemas)]));
}

function bodyExamples(method: string, body: Schema | undefined, schemas: Schemas): Record<string, unknown> {
  if (body === undefined) return {};
  const { properties = {}, required = [] } = resolveSchema(body, schemas);
  const names = required.length > 0 || method !== 'patch' ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, fieldExample(properties[name] ?? {}, schemas)]));
}

function fieldExample(field: Schema, schemas: Schemas): unknown {
  return field.contentMediaType === undefined ? exampleOf(field, schemas) : FROM_FILE;
}

function curlSample({ operation: { method }, url, body, sendsMessage, mediaType }: SampleRequest): string {
  const lines = [
    `curl ${url}`,
    ...(method === 'get' ? [] : [`--request ${method.toUpperCase()}`]),
    `-H "Accept: ${mediaType ?? 'application/json'}"`,
    '-H "Authorization: Bearer <access-token>"',
    ...(sendsMessage ? [`-H "Content-Type: ${MESSAGE_TYPE}"`, `--data-binary @${MESSAGE_FILE}`] : []),
    ...Object.entries(body).flatMap(([name, value]) => formFields(name, value)),
    // Without it, curl refuses to write to a terminal.
    ...(isDownload(mediaType) ? [`--output ${DOWNLOAD_FILE}`] : []),
  ];
  return lines.join(' \\\n  ');
}

/** A list is its field once for each element. */
function formFields(name: string, value: unknown): string[] {
  if (value === FROM_FILE) return [`--data-urlencode ${name}@${KEY_FILE}`];
  return (Array.isArray(value) ? value : [value])
    .filter((each) => each !== null)
    .map((each) => {
      const text = String(each);
      const option = /^[\w.:~-]*$/.test(text) ? '-d' : '--data-urlencode';
      return `${option} ${name}="${text.replace(/["$`\\]/g, '\\$&')}"`;
    });
}

function fetchSample({ operation: { method }, url, body, sendsMessage, mediaType }: SampleRequest): string {
  const hasFields = Object.keys(body).length > 0;
  const lines = [
    ...(sendsMessage || readsFile(body) ? [READ_FILE, ''] : []),
    `const response = await fetch(${JSON.stringify(url)}, {`,
    ...(method === 'get' ? [] : [`  method: '${method.toUpperCase()}',`]),
    '  headers: {',
    "    Authorization: 'Bearer <access-token>',",
    ...(hasFields ? ["    'Content-Type': 'application/json',"] : []),
    ...(sendsMessage ? [`    'Content-Type': '${MESSAGE_TYPE}',`] : []),
    '  },',
    ...(hasFields ? [`  body: JSON.stringify(${objectLiteral(body)}),`] : []),
    ...(sendsMessage ? [`  body: await readFile('${MESSAGE_FILE}'),`] : []),
    '});',
    'if (!response.ok) throw new Error((await response.json()).message);',
    ...readAnswer(mediaType, {
      json: 'const { data } = await response.json();',
      text: 'const text = await response.text();',
      other: 'const content = await response.arrayBuffer();',
    }),
  ];
  return lines.join('\n');
}

function pythonSample({ operation: { method }, url, body, sendsMessage, mediaType }: SampleRequest): string {
  const type = sendsMessage ? `, "Content-Type": "${MESSAGE_TYPE}"` : '';
  const lines = [
    'import requests',
    '',
    `response = requests.${method}(`,
    `    ${JSON.stringify(url)},`,
    `    headers={"Authorization": "Bearer <access-token>"${type}},`,
    ...(sendsMessage ? [`    data=open("${MESSAGE_FILE}", "rb"),`] : []),
    ...(Object.keys(body).length > 0 ? [`    json=${pythonLiteral(body)},`] : []),
    ')',
    'response.raise_for_status()',
    ...readAnswer(mediaType, {
      json: 'data = response.json()["data"]',
      text: 'text = response.text',
      other: 'content = response.content',
    }),
  ];
  return lines.join('\n');
}

function clientSample(
  { operation, path, body, sendsMessage, mediaType }: SampleRequest,
  origin: string,
): string {
  const { operationId, method } = operation;
  if (sendsMessage) return '// The typed client sends no raw messages: use fetch.';
  if (isDownload(mediaType)) return '// The typed client has no downloads: use fetch, or the command line.';
  const { parameters = [], requestBody } = operation;
  // Where nothing has to be given but something can, it takes an empty object.
  const takesInput = parameters.length > 0 || requestBody !== undefined;
  const input = takesInput ? objectLiteral({ ...path, ...body }) : '';
  const call = `${operationId}.${method === 'get' ? 'query' : 'mutate'}(${input})`;
  const result = mediaType === null ? '' : 'const data = ';
  return [
    ...(readsFile(body) ? [READ_FILE] : []),
    "import { createLetterhead } from '@letterhead/client';",
    '',
    `const letterhead = createLetterhead({ url: ${JSON.stringify(origin)}, token: '<access-token>' });`,
    `${result}await letterhead.${call};`,
  ].join('\n');
}

const READ_FILE = "import { readFile } from 'node:fs/promises';";

function readsFile(body: SampleRequest['body']): boolean {
  return Object.values(body).includes(FROM_FILE);
}

/** In JavaScript. */
function objectLiteral(fields: SampleRequest['body']): string {
  const pairs = Object.entries(fields).map(([name, value]) => {
    const literal = value === FROM_FILE ? `await readFile('${KEY_FILE}', 'utf8')` : JSON.stringify(value);
    return `${JSON.stringify(name)}:${literal}`;
  });
  return `{${pairs.join(',')}}`;
}

/** How to read an answer of this type; an empty one is not read. */
function readAnswer(
  mediaType: string | null,
  ways: { readonly json: string; readonly text: string; readonly other: string },
): string[] {
  if (mediaType === null) return [];
  if (mediaType.includes('json')) return [ways.json];
  return [isDownload(mediaType) ? ways.other : ways.text];
}

function isDownload(mediaType: string | null): boolean {
  return mediaType !== null && !mediaType.includes('json') && !mediaType.startsWith('text/');
}

function pythonLiteral(value: unknown): string {
  if (value === FROM_FILE) return `open("${KEY_FILE}").read()`;
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(
      ([name, each]) => `${JSON.stringify(name)}: ${pythonLiteral(each)}`,
    );
    return `{${pairs.join(', ')}}`;
  }
  return JSON.stringify(value);
}
