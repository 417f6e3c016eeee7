import type { ApiDocument } from './api-document.ts';
import { listOperations, operationsOf } from './api-document.ts';
import { diagnosisCodesSection } from './diagnosis-codes.ts';
import { Html, html, NOTHING, paragraphs, sample } from './html.ts';
import { errorSection, operationSection } from './operations.ts';
import { LANGUAGES } from './samples.ts';
import { schemaAnchor, schemaSection } from './schemas.ts';

/**
 * The reference as one page of plain HTML, with its style sheet and its script inside. The script adds copy buttons, the
 * filter and the mark of the current section; without it everything is there to read.
 * `origin` is where the reader reaches the server (`http://127.0.0.1:3000`), for the samples.
 */
export function renderPage(
  document: ApiDocument,
  origin: string,
  { styleSheet, script }: { readonly styleSheet: string; readonly script: string },
): string {
  const title = `${document.info.title} API reference`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(styleSheet)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<h1>${title}</h1>
<p>Version ${document.info.version} · <a href="/openapi.json">OpenAPI document</a> · <a href="/">Console</a></p>
</header>
${contents(document)}
<main id="content" tabindex="-1">
${introduction(document, baseUrl(document, origin))}
${document.tags.map((tag) => tagSection(tag, document, baseUrl(document, origin)))}
${errorSection(listOperations(document))}
${diagnosisCodesSection()}
${schemasSection(document)}
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

/** The document names its server by path where the server doesn't know by what name it is reached. */
function baseUrl(document: ApiDocument, origin: string): string {
  return new URL(document.servers[0]?.url ?? '/', origin).href;
}

function contents(document: ApiDocument): Html {
  return html`<nav aria-label="Contents">
<fieldset class="languages">
<legend>Samples in</legend>
${LANGUAGES.map(
  (
    [language, name],
    index,
  ) => html`<label><input type="radio" name="language" id="in-${language}"${index === 0 ? new Html(' checked') : NOTHING}> ${name}</label>
`,
)}</fieldset>
<label class="filter" hidden>Filter <input type="search" placeholder="Operation or schema"></label>
<details open>
<summary>Contents</summary>
<ul>
<li><a href="#introduction">Introduction</a></li>
<li><a href="#authentication">Authentication</a></li>
${document.tags.map(
  ({ name }) => html`<li><a href="#tag-${name}">${capitalized(name)}</a>
<ul>
${operationsOf(document, name).map(
  ({ operationId, summary }) => html`<li><a href="#${operationId}">${summary}</a></li>
`,
)}</ul>
</li>
`,
)}<li><a href="#errors">Errors</a></li>
<li><a href="#diagnosis-codes">Diagnosis codes</a></li>
<li><a href="#schemas">Schemas</a>
<ul>
${Object.keys(document.components.schemas).map(
  (name) => html`<li><a href="#${schemaAnchor(name)}">${name}</a></li>
`,
)}</ul>
</li>
</ul>
</details>
</nav>`;
}

function introduction(document: ApiDocument, base: string): Html {
  return html`<section aria-labelledby="introduction">
<h2 id="introduction">Introduction</h2>
${paragraphs(document.info.description ?? '')}
<p>All paths begin at:</p>
${sample('Base URL', base)}
</section>
<section aria-labelledby="authentication">
<h2 id="authentication">Authentication</h2>
${Object.values(document.components.securitySchemes).map(({ description = '' }) => paragraphs(description))}
</section>
`;
}

function tagSection(tag: ApiDocument['tags'][number], document: ApiDocument, base: string): Html {
  const { name, description = '' } = tag;
  return html`<section aria-labelledby="tag-${name}">
<h2 id="tag-${name}">${capitalized(name)}</h2>
${paragraphs(description)}
${operationsOf(document, name).map((operation) => operationSection(operation, document, base))}</section>
`;
}

function schemasSection(document: ApiDocument): Html {
  const { schemas } = document.components;
  return html`<section aria-labelledby="schemas">
<h2 id="schemas">Schemas</h2>
<p>The objects that the API answers with, and what is in them.</p>
${Object.entries(schemas).map(([name, schema]) => schemaSection(name, schema, schemas))}</section>`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
