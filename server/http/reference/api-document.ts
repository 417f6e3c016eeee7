/** What the reference reads of an OpenAPI 3.1 document; all its references point into `components.schemas`. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: {
    readonly schemas: Schemas;
    readonly securitySchemes: Readonly<Record<string, { readonly description?: string }>>;
  };
}

export type Schemas = Readonly<Record<string, Schema>>;

export interface ApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, ApiResponse>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface ApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description?: string }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

interface MediaType {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly summary?: string }>>;
}

/** The JSON Schema that zod writes, as far as a reader wants to hear of it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Schemas;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
}

/** An operation with where it is found. */
export interface PlacedOperation extends ApiOperation {
  /** In lower case, as the document has it. */
  readonly method: string;
  readonly path: string;
}

/** Reads the document that `describeApi` has written; it is our own, so its shape is not checked again. */
export function readDocument(json: string): ApiDocument {
  return JSON.parse(json) as ApiDocument;
}

/** The operations of a tag, in the document's order. */
export function operationsOf(document: ApiDocument, tag: string): PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ ...operation, method, path })),
  );
}

/** The answer where all went well, with its status. */
export function successOf(operation: ApiOperation): readonly [status: string, response: ApiResponse] | null {
  return Object.entries(operation.responses).find(([status]) => status.startsWith('2')) ?? null;
}

/** The first media type of a body or an answer: where there are several, they say the same. */
export function contentOf<T>(body: { readonly content?: Readonly<Record<string, T>> } | undefined) {
  const [first] = Object.entries(body?.content ?? {});
  return first === undefined ? null : { mediaType: first[0], content: first[1] };
}

/** The name of the component that a schema stands for; null where it is written out in place. */
export function componentName(schema: Schema): string | null {
  return schema.$ref?.replace('#/components/schemas/', '') ?? null;
}

/** The schema itself, where this is a reference to one. */
export function resolveSchema(schema: Schema, schemas: Schemas): Schema {
  const name = componentName(schema);
  if (name === null) return schema;
  const target = schemas[name];
  if (target === undefined) throw new Error(`The document has no schema ${name}.`);
  return resolveSchema(target, schemas);
}
