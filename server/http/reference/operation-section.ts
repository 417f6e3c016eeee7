import type { ApiDocument, ApiResponse, PlacedOperation, Schema, Schemas } from './api-document.ts';
import { componentName, contentOf, resolveSchema, successOf } from './api-document.ts';
import { curlSample } from './curl-sample.ts';
import type { Content, Html } from './html.ts';
import { html, NOTHING, paragraphs, prose } from './html.ts';
import { sample } from './sample.ts';
import { exampleOf } from './schema-example.ts';
import { typeOf } from './schema-type.ts';
import type { Input } from './tables.ts';
import { fieldTable, inputTable, refusalTable } from './tables.ts';

/** All there is to know about an operation: what to send, what comes back, and how it says no. */
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
<h4>Refusals</h4>
${refusalTable(`Refusals: ${summary}`, operation.responses)}
</section>
`;
}

/** A link beside a heading to the heading itself, to be copied. */
export function selfLink(anchor: string, heading: string): Html {
  return html`<a class="self" href="#${anchor}" aria-label="Link to ${heading}">#</a>`;
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
    schema: parameter.schema,
  }));
}

function bodyFields(operation: PlacedOperation, schemas: Schemas): Input[] {
  const body = contentOf(operation.requestBody);
  if (body === null) return [];
  const { properties = {}, required = [] } = resolveSchema(body.content.schema, schemas);
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
${answer === null ? NOTHING : answerPart(operation, answer.mediaType, answer.content.schema, schemas)}`;
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
