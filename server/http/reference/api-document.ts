import type { oas31 } from 'zod-openapi';
import type { Inline, Schemas } from '../../rest/schema-examples.ts';

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
  const [mediaType, { schema = {}, example, examples = {} }] = first;
  return { mediaType, schema, example, examples };
}
