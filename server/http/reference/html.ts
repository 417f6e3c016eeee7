/** A piece of HTML that is safe to put into a page as it stands. */
export class Html {
  readonly text: string;

  /** Trusts the text: everybody but `html` and the style sheet goes through `html`. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: HTML as it is, lists one after the other, anything else as escaped text. */
export type Content = Html | string | number | readonly Content[];

/** Nothing: what an optional part of a page is when it isn't there. */
export const NOTHING = new Html('');

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML from a template: what is put into it, as text or in a quoted attribute, is escaped unless it is HTML. */
export function html(template: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(template.map((part, index) => part + write(contents[index] ?? '')).join(''));
}

/** Several pieces with a separator between them. */
export function join(pieces: readonly Content[], separator: string): Content {
  return pieces.map((piece, index) => (index === 0 ? piece : [separator, piece]));
}

/** Text with code in `backticks`, as the document's descriptions have it. */
export function prose(text: string): Content {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** The same, where an empty line begins a paragraph. */
export function paragraphs(text: string): Content {
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => html`<p>${prose(paragraph)}</p>`);
}

/** Text to be copied, in a box that scrolls by keyboard too. */
export function sample(label: string, text: string): Html {
  return html`<pre role="group" aria-label="${label}" tabindex="0"><code>${text}</code></pre>`;
}

/** A link beside a heading to the heading itself, to be copied. */
export function selfLink(anchor: string, heading: string): Html {
  return html`<a class="self" href="#${anchor}" aria-label="Link to ${heading}">#</a>`;
}

/** A table in a box of its own, which scrolls where the window is narrow, by keyboard too. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly Content[])[],
): Html {
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

function write(content: Content): string {
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(write).join('');
  return String(content).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
