import type { oas31 } from 'zod-openapi';

/** References typed as what they refer to. At run time they are still references: `resolveSchema` follows them. */
type Inline<T> = T extends oas31.ReferenceObject
  ? never
  : T extends readonly (infer Element)[]
    ? readonly Inline<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Inline<T[Key]> }
      : T;

export type Schema = Inline<oas31.SchemaObject>;
export type Schemas = Readonly<Record<string, Schema>>;
export type ApiResponse = Inline<oas31.ResponseObject>;

/** An OpenAPI 3.1 document with the optional parts that `describeApi` always writes. */
export interface ApiDocument
  extends Pick<oas31.OpenAPIObject, 'info'>,
    Required<Pick<oas31.OpenAPIObject, 'servers' | 'tags'>> {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: {
    readonly schemas: Schemas;
    readonly securitySchemes: Readonly<Record<string, oas31.SecuritySchemeObject>>;
  };
}

export interface ApiOperation
  extends Inline<Pick<oas31.OperationObject, 'description' | 'parameters' | 'requestBody'>> {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly responses: Readonly<Record<string, ApiResponse>>;
}

/** An operation with where it is found. */
export interface PlacedOperation extends ApiOperation {
  /** In lower case, as the document has it. */
  readonly method: string;
  readonly path: string;
}

/** Reads the document that `describeApi` has written; it is our own, so its shape is not checked again. */
export function readDocument(json: string): ApiDocument {
  const document = JSON.parse(json);
  const responses = document.components.responses ?? {};
  for (const operation of Object.values<Record<string, ApiOperation>>(document.paths).flatMap(
    Object.values,
  )) {
    for (const [status, { $ref }] of Object.entries<{ $ref?: string }>(operation.responses)) {
      const name = $ref?.replace('#/components/responses/', '');
      if (name !== undefined) operation.responses[status] = responses[name];
    }
  }
  return document;
}

/** All operations, in the document's order. */
export function listOperations(document: ApiDocument): PlacedOperation[] {
  return document.tags.flatMap(({ name }) => operationsOf(document, name));
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
export function contentOf(body: { readonly content?: Inline<oas31.ContentObject> } | undefined) {
  const [first] = Object.entries(body?.content ?? {});
  if (first === undefined) return null;
  const [mediaType, { schema = {}, examples = {} }] = first;
  return { mediaType, schema, examples };
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

/** A value such as the schema describes: from its examples where it has them, from its rules where not. */
export function exampleOf(schema: Schema, schemas: Schemas, within: readonly string[] = []): unknown {
  const name = componentName(schema);
  // A schema that holds itself ends here; null stands for what would follow without end.
  if (name !== null && within.includes(name)) return null;
  const path = name === null ? within : [...within, name];
  const resolved = resolveSchema(schema, schemas);
  const given = givenExample({ ...resolved, ...schema });
  return given === undefined ? builtExample(resolved, schemas, path) : given;
}

/** The value that the schema itself names; undefined where it names none. */
function givenExample(schema: Schema): unknown {
  const [first] = schema.examples ?? [];
  return [schema.example, first, schema.const, schema.default, schema.enum?.[0]].find(
    (value) => value !== undefined,
  );
}

function builtExample(schema: Schema, schemas: Schemas, within: readonly string[]): unknown {
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, schemas, within);
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [
          name,
          exampleOf(field, schemas, within),
        ]),
      );
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, schemas, within)];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'string':
      return '…';
    default:
      return null;
  }
}
