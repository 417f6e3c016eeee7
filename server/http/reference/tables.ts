import type { ApiResponse, Schema, Schemas } from './api-document.ts';
import { contentOf } from './api-document.ts';
import type { Content, Html } from './html.ts';
import { html, join, prose } from './html.ts';
import { exampleOf } from './schema-example.ts';
import { choicesOf, rulesOf, typeOf } from './schema-type.ts';

/** A value that a caller gives: a parameter or a field of a body. */
export interface Input {
  readonly name: string;
  readonly place: 'path' | 'query' | 'body';
  readonly required: boolean;
  readonly description?: string | undefined;
  readonly schema: Schema;
}

/** What a caller gives, with an example of each. */
export function inputTable(caption: string, inputs: readonly Input[], schemas: Schemas): Html {
  const rows = inputs.map((input) => [
    html`<code>${input.name}</code>`,
    input.place,
    typeOf(input.schema),
    input.required ? 'yes' : 'no',
    description(input.description, rulesOf(input.schema)),
    exampleCell(input, schemas),
  ]);
  return table(caption, ['Name', 'In', 'Type', 'Required', 'Description', 'Example'], rows);
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
      description(field.description, choicesOf(field)),
    ],
    ...[field, ...(field.anyOf ?? [])].flatMap((each) => [
      ...fieldRows(each, `${prefix}${name}.`),
      ...fieldRows(each.items ?? {}, `${prefix}${name}.*.`),
    ]),
  ]);
}

/** The ways in which an operation says no. */
export function refusalTable(caption: string, responses: Readonly<Record<string, ApiResponse>>): Html {
  const rows = Object.entries(responses)
    .filter(([status]) => !status.startsWith('2'))
    .flatMap(([status, response]) =>
      Object.entries(contentOf(response)?.content.examples ?? {}).map(([code, { summary = '' }]) => [
        status,
        html`<code>${code}</code>`,
        description(summary, []),
      ]),
    );
  return table(caption, ['Status', 'Code', 'When'], rows);
}

function description(text: string | undefined, rules: readonly Content[]): Html {
  return html`<div class="prose">${join([...(text === undefined ? [] : [prose(text)]), ...rules], ' ')}</div>`;
}

function exampleCell(input: Input, schemas: Schemas): Content {
  const example = exampleOf(input.schema, schemas);
  return html`<code>${typeof example === 'string' ? example : JSON.stringify(example)}</code>`;
}

/** A table in a box of its own, which scrolls where the window is narrow, by keyboard too. */
function table(caption: string, columns: readonly string[], rows: readonly (readonly Content[])[]): Html {
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0">
<table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows.map(row)}</tbody>
</table>
</div>`;
}

function row([head = '', ...cells]: readonly Content[]): Html {
  return html`<tr><th scope="row">${head}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}
