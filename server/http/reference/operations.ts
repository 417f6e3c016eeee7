import type { ApiDocument, ApiResponse, PlacedOperation, Schema, Schemas } from './api-document.ts';
import { componentName, contentOf, exampleOf, resolveSchema, successOf } from './api-document.ts';
import type { Content, Html } from './html.ts';
import { html, NOTHING, paragraphs, prose, sample, selfLink, table } from './html.ts';
import { descriptionCell, fieldTable, rulesOf, typeOf } from './schemas.ts';

/** All there is to know about an operation: what to send, what comes back, and which errors there are. */
export function operationSection(operation: PlacedOperation, document: ApiDocument, baseUrl: string): Html {
  const { schemas } = document.components;
  const { operationId, summary, method, description = '' } = operation;
  return html`<section class="operation" aria-labelledby="${operationId}">
<h3 id="${operationId}">${summary} ${selfLink(operationId, summary)}</h3>
<p class="route"><code><span class="method">${method.toUpperCase()}</span> ${pathOf(operation, document)}</code></p>
${paragraphs(description)}
${requestPart(operation, schemas)}
<h4>Sample request</h4>
${sample(`Sample request: ${summary}`, curlSample(operation, baseUrl, schemas))}
${successPart(operation, schemas)}
<h4>Errors</h4>
${errorTable(`Errors: ${summary}`, operation.responses)}
</section>
`;
}

/** With a place to break the line after each slash. */
function pathOf(operation: PlacedOperation, document: ApiDocument): Content {
  const path = `${document.servers[0]?.url ?? ''}${operation.path}`;
  return path.split('/').map((part, index) => (index === 0 ? part : html`/<wbr>${part}`));
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
  return html`<h4>Response</h4>
<p><strong>${status}</strong> ${prose(response.description)}</p>
${headersPart(response)}
${answer === null ? NOTHING : answerPart(operation, answer.mediaType, answer.schema, schemas)}`;
}

function headersPart(response: ApiResponse): Content {
  return Object.entries(response.headers ?? {}).map(
    ([name, { description = '' }]) => html`<p>Header <code>${name}</code>: ${prose(description)}</p>
`,
  );
}

function answerPart(operation: PlacedOperation, mediaType: string, schema: Schema, schemas: Schemas): Html {
  if (!mediaType.includes('json')) {
    const example =
      schema.example === undefined ? NOTHING : responseSample(operation, String(schema.example));
    return html`<p>The answer is <code>${mediaType}</code>.</p>
${example}`;
  }
  return html`${dataPart(operation, schema, schemas)}
${responseSample(operation, JSON.stringify(exampleOf(schema, schemas), null, 2))}`;
}

function responseSample(operation: PlacedOperation, text: string): Html {
  return html`<h4>Sample response</h4>
${sample(`Sample response: ${operation.summary}`, text)}`;
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

/** The errors that an operation can answer with. */
function errorTable(caption: string, responses: Readonly<Record<string, ApiResponse>>): Html {
  const rows = Object.entries(responses)
    .filter(([status]) => !status.startsWith('2'))
    .flatMap(([status, response]) =>
      Object.entries(contentOf(response)?.examples ?? {}).map(([code, { summary = '' }]) => [
        status,
        html`<code>${code}</code>`,
        descriptionCell(summary, []),
      ]),
    );
  return table(caption, ['Status', 'Code', 'When'], rows);
}

/** A request that can be pasted into a shell, once a token has been put into it. */
function curlSample(operation: PlacedOperation, baseUrl: string, schemas: Schemas): string {
  const lines = [
    `curl ${baseUrl}${samplePath(operation, schemas)}`,
    ...(operation.method === 'get' ? [] : [`--request ${operation.method.toUpperCase()}`]),
    `-H "Accept: ${contentOf(successOf(operation)?.[1])?.mediaType ?? 'application/json'}"`,
    '-H "Authorization: Bearer <access-token>"',
    ...formFields(contentOf(operation.requestBody)?.schema, schemas),
  ];
  return lines.join(' \\\n  ');
}

function samplePath(operation: PlacedOperation, schemas: Schemas): string {
  return operation.path.replace(/\{(\w+)\}/g, (braces, name) => {
    const parameter = operation.parameters?.find((each) => each.in === 'path' && each.name === name);
    return parameter === undefined
      ? braces
      : encodeURIComponent(`${exampleOf(parameter.schema ?? {}, schemas)}`);
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
