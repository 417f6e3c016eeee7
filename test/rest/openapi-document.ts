import { z } from 'zod';
import type { DescribedOperation } from '../../server/rest/operations.ts';
import type { RestAnswer, TestServer } from '../running-server.ts';

interface MediaType {
  readonly schema: { readonly format?: string };
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** The OpenAPI document of a running server, and in what answers differ from it. */
export class OpenApiDocument {
  // biome-ignore lint/suspicious/noExplicitAny: JSON, of which each part has another shape.
  readonly #json: any;
  /** Compiled when first asked for: each holds all schemas of the document. */
  readonly #compiled = new Map<object, z.ZodType>();

  constructor(json: unknown) {
    this.#json = json;
  }

  static async of({ url }: TestServer): Promise<OpenApiDocument> {
    return new OpenApiDocument(await (await fetch(`${url}/openapi.json`)).json());
  }

  /** The paths, with the methods that each takes. */
  paths(): [path: string, methods: string[]][] {
    return Object.entries<object>(this.#json.paths).map(([path, item]) => [
      path,
      Object.keys(item).map((method) => method.toUpperCase()),
    ]);
  }

  /** The answers of an operation that have no example, or one that is not what their schema says. */
  faultsOfExamples({ meta: { rest } }: Pick<DescribedOperation, 'meta'>): string[] {
    const { responses } = this.#json.paths[rest.path][rest.method.toLowerCase()];
    return Object.entries<{ $ref?: string }>(responses).flatMap(([status, described]) =>
      Object.values<MediaType>(this.#referenced(described).content ?? {}).flatMap((content) =>
        this.#faultsOfExamples(content).map((fault) => `${status} ${fault}`),
      ),
    );
  }

  #faultsOfExamples({ schema, example, examples = {} }: MediaType): string[] {
    if (schema.format === 'binary') return [];
    const given = [example, ...Object.values(examples).map(({ value }) => value)].filter(
      (value) => value !== undefined,
    );
    if (given.length === 0) return ['has no example'];
    return given.flatMap((value) => this.problemsOf(value, schema));
  }

  /** In what an answer of an operation differs from what is said of its status. */
  faultsOf({ meta: { rest } }: Pick<DescribedOperation, 'meta'>, answer: RestAnswer): string[] {
    const { status, headers, text, body } = answer;
    const described = this.#json.paths[rest.path][rest.method.toLowerCase()].responses[status];
    if (described === undefined) return [`${status} is not described: ${text}`];
    const response = this.#referenced(described);
    const [type] = headers.get('content-type')?.split(';') ?? [];
    const content = response.content?.[type ?? ''];
    const missing = Object.entries<{ required?: boolean }>(response.headers ?? {})
      .filter(([name, { required }]) => required === true && !headers.has(name))
      .map(([name]) => `no header ${name}`);
    if (response.content === undefined)
      return [...missing, ...(text === '' ? [] : ['a body where none is described'])];
    if (content === undefined) return [...missing, `the type ${type} is not described`];
    return [...missing, ...(type === 'application/json' ? this.problemsOf(body, content.schema) : [])];
  }

  /** Against a schema as the document has it, which allows no field beyond those that it names. */
  problemsOf(value: unknown, schema: object): string[] {
    const compiled = this.#compiled.get(schema) ?? this.#compile(schema);
    this.#compiled.set(schema, compiled);
    return (
      compiled.safeParse(value).error?.issues.map(({ path, code }) => `${path.join('.')}: ${code}`) ?? []
    );
  }

  #compile(schema: object): z.ZodType {
    const $defs = this.#json.components.schemas;
    const whole = JSON.stringify({ ...schema, $defs }).replaceAll('#/components/schemas/', '#/$defs/');
    // zod takes a date-time in UTC alone to be one; what times look like has tests of its own.
    return z.fromJSONSchema(JSON.parse(whole.replaceAll('"format":"date-time",', '')));
  }

  #referenced(part: { $ref?: string }) {
    const name = part.$ref?.replace('#/components/responses/', '');
    return name === undefined ? part : this.#json.components.responses[name];
  }
}

export const ERROR_SCHEMA = { $ref: '#/components/schemas/Error' };
