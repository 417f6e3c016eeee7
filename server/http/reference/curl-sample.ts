import type { PlacedOperation, Schema, Schemas } from './api-document.ts';
import { contentOf, resolveSchema, successOf } from './api-document.ts';
import { exampleOf } from './schema-example.ts';

/** A request that can be pasted into a shell, once a token has been put into it. */
export function curlSample(operation: PlacedOperation, baseUrl: string, schemas: Schemas): string {
  const lines = [
    `curl ${baseUrl}${samplePath(operation, schemas)}`,
    ...(operation.method === 'get' ? [] : [`--request ${operation.method.toUpperCase()}`]),
    `-H "Accept: ${contentOf(successOf(operation)?.[1])?.mediaType ?? 'application/json'}"`,
    '-H "Authorization: Bearer <access-token>"',
    ...formFields(contentOf(operation.requestBody)?.content.schema, schemas),
  ];
  return lines.join(' \\\n  ');
}

function samplePath(operation: PlacedOperation, schemas: Schemas): string {
  return operation.path.replace(/\{(\w+)\}/g, (braces, name) => {
    const parameter = operation.parameters?.find((each) => each.in === 'path' && each.name === name);
    return parameter === undefined ? braces : encodeURIComponent(`${exampleOf(parameter.schema, schemas)}`);
  });
}

/** The fields that must be given; the first, where none must. A list is its field once for each element. */
function formFields(body: Schema | undefined, schemas: Schemas): string[] {
  if (body === undefined) return [];
  const { properties = {}, required = [] } = resolveSchema(body, schemas);
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return names.flatMap((name) => {
    const field = properties[name];
    const value = field === undefined ? null : exampleOf(field, schemas);
    return (Array.isArray(value) ? value : [value]).filter((each) => each !== null).map(formField(name));
  });
}

function formField(name: string): (value: unknown) => string {
  return (value) => {
    const text = String(value);
    const option = /^[\w.:~-]*$/.test(text) ? '-d' : '--data-urlencode';
    return `${option} ${name}="${text.replace(/["$`\\]/g, '\\$&')}"`;
  };
}
