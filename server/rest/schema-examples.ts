import type { oas31 } from 'zod-openapi';

/** References typed as what they refer to. At run time they are still references: `resolveSchema` follows them. */
export type Inline<T> = T extends oas31.ReferenceObject
  ? never
  : T extends readonly (infer Element)[]
    ? readonly Inline<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Inline<T[Key]> }
      : T;

export type Schema = Inline<oas31.SchemaObject>;
export type Schemas = Readonly<Record<string, Schema>>;

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

/** What is read and added here of a document that `createDocument` has written. */
interface WrittenDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, WrittenOperation>>>>;
  readonly components: { readonly schemas: Schemas };
}

interface WrittenOperation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: Schema; example?: unknown }>> }>
  >;
}

/** Adds to each answer of a success that is text an example of the whole of it, made from those of its fields. */
export function addExamples({ paths, components: { schemas } }: WrittenDocument): void {
  for (const { responses } of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, { content = {} }] of Object.entries(responses)) {
      if (!status.startsWith('2')) continue;
      for (const answer of Object.values(content)) {
        if (answer.schema.format !== 'binary') answer.example = exampleOf(answer.schema, schemas);
      }
    }
  }
}
