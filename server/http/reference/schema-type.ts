import type { Schema } from './api-document.ts';
import { componentName } from './api-document.ts';
import type { Content } from './html.ts';
import { html, join } from './html.ts';

/** Where a schema of the document is found in the page. */
export function schemaAnchor(name: string): string {
  return `schema-${name}`;
}

/** What a schema is, in words: `integer`, `list of DnsRecord`, `string (date-time) or null`. */
export function typeOf(schema: Schema): Content {
  const name = componentName(schema);
  if (name !== null) return html`<a href="#${schemaAnchor(name)}">${name}</a>`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return join(choices.map(typeOf), ' or ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['anything']);
  return join(
    types.map((type) => plainType(type, schema)),
    ' or ',
  );
}

function plainType(type: string, schema: Schema): Content {
  if (type === 'array') return schema.items === undefined ? 'list' : ['list of ', typeOf(schema.items)];
  if (type === 'object' && typeof schema.additionalProperties === 'object') {
    return ['object, each value a ', typeOf(schema.additionalProperties)];
  }
  return schema.format === undefined || type === 'null' ? type : `${type} (${schema.format})`;
}

/** Which values there are, where they can be counted. */
export function choicesOf(schema: Schema): Content[] {
  const choices: Content[] = [];
  if (schema.enum !== undefined) choices.push(['One of ', join(schema.enum.map(code), ', '), '.']);
  if (schema.const !== undefined) choices.push(['Always ', code(schema.const), '.']);
  return choices;
}

/** What a caller has to keep to, in sentences; the bounds that are JavaScript's own are left out. */
export function rulesOf(schema: Schema): Content[] {
  const rules = choicesOf(schema);
  if (schema.minimum !== undefined && isTold(schema.minimum)) rules.push(`At least ${schema.minimum}.`);
  if (schema.maximum !== undefined && isTold(schema.maximum)) rules.push(`At most ${schema.maximum}.`);
  if (schema.minLength !== undefined) rules.push(`At least ${counted(schema.minLength, 'character')}.`);
  if (schema.maxLength !== undefined) rules.push(`At most ${counted(schema.maxLength, 'character')}.`);
  if (schema.minItems !== undefined) rules.push(`At least ${schema.minItems}.`);
  if (schema.default !== undefined) rules.push([code(schema.default), ' where it is not given.']);
  return rules;
}

function isTold(bound: number): boolean {
  return Math.abs(bound) < Number.MAX_SAFE_INTEGER;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function code(value: unknown): Content {
  return html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`;
}
