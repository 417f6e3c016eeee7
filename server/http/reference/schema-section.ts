import type { Schema, Schemas } from './api-document.ts';
import type { Html } from './html.ts';
import { html, join, paragraphs } from './html.ts';
import { selfLink } from './operation-section.ts';
import { sample } from './sample.ts';
import { exampleOf } from './schema-example.ts';
import { choicesOf, schemaAnchor, typeOf } from './schema-type.ts';
import { fieldTable } from './tables.ts';

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
