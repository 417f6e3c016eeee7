import type { Schema, Schemas } from '../../rest/schema-examples.ts';
import { componentName, exampleOf, resolveSchema } from '../../rest/schema-examples.ts';
import type { ApiDocument, ApiResponse, PlacedOperation } from './api-document.ts';
import { contentOf, successOf } from './api-document.ts';
import type { Content, Html } from './html.ts';
import { html, join, NOTHING, paragraphs, prose, sample, selfLink, table } from './html.ts';
import { LANGUAGES, requestSamples } from './samples.ts';
import { descriptionCell, fieldTable, rulesOf, typeOf } from './schemas.ts';

/** All there is to know about an operation: what to send, what comes back, and which errors there are. */
export function operationSection(operation: PlacedOperation, document: ApiDocument, baseUrl: string): Html {
  const { schemas } = document.components;
  const { operationId, summary, method, description = '' } = operation;
  return html`<section class="operation" aria-labelledby="${operationId}">
<h3 id="${operationId}">${summary} ${selfLink(operationId, summary)}</h3>
<p class="route"><code><span class="method">${method.toUpperCase()}</span> ${pathOf(operation, document)}</code></p>
${paragraphs(description)}
<div class="pair">
<div>
${requestPart(operation, schemas)}</div>
<div>
<h4>Sample request</h4>
${samplePart(operation, baseUrl, schemas)}</div>
</div>
${successPart(operation, schemas)}
<h4>Errors</h4>
<p>${errorLinks(operation.responses)}</p>
</section>
`;
}

/** With a place to break the line after each slash. */
function pathOf(operation: PlacedOperation, document: ApiDocument): Content {
  const path = `${document.servers[0]?.url ?? ''}${operation.path}`;
  return path.split('/').map((part, index) => (index === 0 ? part : html`/<wbr>${part}`));
}

function samplePart(operation: PlacedOperation, baseUrl: string, schemas: Schemas): Content {
  const samples = requestSamples(operation, baseUrl, schemas);
  return LANGUAGES.map(
    ([language, name]) => html`<div class="in-${language}">
${sample(`Sample request in ${name}: ${operation.summary}`, samples[language])}</div>
`,
  );
}

function requestPart(operation: PlacedOperation, schemas: Schemas): Html {
  const inputs = [...parametersOf(operation), ...bodyFields(operation, schemas)];
  if (inputs.length === 0) return NOTHING;
  return html`<h4>Parameters</h4>
${inputTable(`Parameters: ${operation.summary}`, inputs, schemas)}`;
}

function parametersOf(operation: PlacedOperation): Input[] {
  return (operation.parameters ?? []).map((parameter) => ({
    name: parameter.name,
    place: parameter.in,
    required: parameter.required ?? false,
    description: parameter.description,
    schema: parameter.schema ?? {},
  }));
}

function bodyFields(operation: PlacedOperation, schemas: Schemas): Input[] {
  const body = contentOf(operation.requestBody);
  if (body === null) return [];
  const { properties = {}, required = [] } = resolveSchema(body.schema, schemas);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    place: 'body',
    required: required.includes(name),
    description: schema.description,
    schema,
  }));
}

function successPart(operation: PlacedOperation, schemas: Schemas): Html {
  const success = successOf(operation);
  if (success === null) return NOTHING;
  const [status, response] = success;
  const answer = contentOf(response);
  return html`<div class="pair">
<div>
<h4>Response</h4>
<p><strong>${status}</strong> ${prose(response.description)}</p>
${headersPart(response)}
${answer === null ? NOTHING : answerPart(operation, answer.mediaType, answer.schema, schemas)}</div>
<div>
${answer === null ? NOTHING : responseSample(operation, answer.example)}</div>
</div>`;
}

function headersPart(response: ApiResponse): Content {
  return Object.entries(response.headers ?? {}).map(
    ([name, { description = '' }]) => html`<p>Header <code>${name}</code>: ${prose(description)}</p>
`,
  );
}

function answerPart(operation: PlacedOperation, mediaType: string, schema: Schema, schemas: Schemas): Html {
  if (mediaType.includes('json')) return dataPart(operation, schema, schemas);
  return html`<p>The answer is <code>${mediaType}</code>.</p>`;
}

function responseSample({ summary }: PlacedOperation, example: unknown): Html {
  if (example === undefined) return NOTHING;
  const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
  return html`<h4>Sample response</h4>
${sample(`Sample response: ${summary}`, text)}`;
}

/** The envelope's `data`, and the fields of what is in it, be it one or a list. */
function dataPart(operation: PlacedOperation, envelope: Schema, schemas: Schemas): Html {
  const data = resolveSchema(envelope, schemas).properties?.['data'];
  if (data === undefined) return NOTHING;
  const content = resolveSchema(data, schemas);
  const element = content.items ?? data;
  const name = componentName(element) ?? operation.summary;
  return html`<p><code>data</code>: ${typeOf(data)}.</p>
${fieldTable(`Fields: ${name}`, resolveSchema(element, schemas))}`;
}

/** A value that a caller gives: a parameter or a field of a body. */
interface Input {
  readonly name: string;
  readonly place: string;
  readonly required: boolean;
  readonly description?: string | undefined;
  readonly schema: Schema;
}

/** What a caller gives, with an example of each. */
function inputTable(caption: string, inputs: readonly Input[], schemas: Schemas): Html {
  const rows = inputs.map((input) => [
    html`<code>${input.name}</code>`,
    input.place,
    typeOf(input.schema),
    input.required ? 'yes' : 'no',
    descriptionCell(input.description, rulesOf(input.schema)),
    exampleCell(input, schemas),
  ]);
  return table(caption, ['Name', 'In', 'Type', 'Required', 'Description', 'Example'], rows);
}

function exampleCell(input: Input, schemas: Schemas): Content {
  const example = exampleOf(input.schema, schemas);
  return html`<code>${typeof example === 'string' ? example : JSON.stringify(example)}</code>`;
}

/** The errors that an operation can answer with; what each means is said once, in a section of its own. */
function errorLinks(responses: Readonly<Record<string, ApiResponse>>): Content {
  return join(
    errorsOf(responses).map(
      ([status, code]) => html`${status} <a href="#error-${code}"><code>${code}</code></a>`,
    ),
    ', ',
  );
}

/** All errors of the API by status and code, with when each is given. */
export function errorSection(operations: readonly PlacedOperation[]): Html {
  const errors = new Map(
    operations.flatMap(({ responses }) => errorsOf(responses).map((error) => [error[1], error])),
  );
  const rows = [...errors.values()]
    .toSorted(([one], [other]) => Number(one) - Number(other))
    .map(([status, code, when]) => [
      html`<code id="error-${code}">${code}</code>`,
      status,
      descriptionCell(when, []),
    ]);
  return html`<section aria-labelledby="errors">
<h2 id="errors">Errors</h2>
<p>An error has a <code>message</code> for a person and a <code>code</code> for a program; <code>invalid</code> and <code>domain_taken</code> also have <code>errors</code>, messages by field.</p>
${table('Errors', ['Code', 'Status', 'When'], rows)}
</section>
`;
}

function errorsOf(
  responses: Readonly<Record<string, ApiResponse>>,
): [status: string, code: string, when: string][] {
  return Object.entries(responses)
    .filter(([status]) => !status.startsWith('2'))
    .flatMap(([status, response]) =>
      Object.entries(contentOf(response)?.examples ?? {}).map(
        ([code, { summary = '' }]): [string, string, string] => [status, code, summary],
      ),
    );
}
