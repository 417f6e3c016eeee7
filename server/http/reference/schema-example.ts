import type { Schema, Schemas } from './api-document.ts';
import { componentName, resolveSchema } from './api-document.ts';

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
