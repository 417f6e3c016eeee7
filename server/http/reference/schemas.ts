import type { Schema, Schemas } from '../../rest/schema-examples.ts';
import { componentName, exampleOf } from '../../rest/schema-examples.ts';
import type { Content, Html } from './html.ts';
import { html, join, paragraphs, prose, sample, selfLink, table } from './html.ts';

/** A schema that operations and other schemas link to. */
export function schemaSection(name: string, schema: Schema, schemas: Schemas): Html {
  const anchor = schemaAnchor(name);
  return html`<section class="schema" aria-labelledby="${anchor}">
<h3 id="${anchor}">${name} ${selfLink(anchor, name)}</h3>
${paragraphs(schema.description ?? '')}
${schema.properties === undefined ? valuePart(schema) : objectPart(name, schema, schemas)}
</section>
`;
}

function objectPart(name: string, schema: Schema, schemas: Schemas): Html {
  return html`${fieldTable(`Fields of ${name}`, schema)}
${sample(`Example: ${name}`, JSON.stringify(exampleOf(schema, schemas), null, 2))}`;
}

function valuePart(schema: Schema): Html {
  const choices = choicesOf(schema);
  return html`<p>${typeOf(schema)}. ${join(choices, ' ')}</p>`;
}

/** The fields of an object in an answer, each of which is there unless it is said to be optional. */
export function fieldTable(caption: string, schema: Schema): Html {
  return table(caption, ['Field', 'Type', 'Description'], fieldRows(schema, ''));
}

/** An object that is written out in place has its fields below it: `domain.id`, or `records.*.id` in a list. */
function fieldRows(schema: Schema, prefix: string): Content[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    [
      html`<code>${prefix}${name}</code>`,
      schema.required?.includes(name) ? typeOf(field) : [typeOf(field), ', optional'],
      descriptionCell(field.description, choicesOf(field)),
    ],
    ...[field, ...(field.anyOf ?? [])].flatMap((each) => [
      ...fieldRows(each, `${prefix}${name}.`),
      ...fieldRows(each.items ?? {}, `${prefix}${name}.*.`),
    ]),
  ]);
}

/** A description and the rules after it, as one cell of a table. */
export function descriptionCell(text: string | undefined, rules: readonly Content[]): Html {
  return html`<div class="prose">${join([...(text === undefined ? [] : [prose(text)]), ...rules], ' ')}</div>`;
}

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
function choicesOf(schema: Schema): Content[] {
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
