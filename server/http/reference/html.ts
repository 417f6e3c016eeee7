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

function write(content: Content): string {
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(write).join('');
  return String(content).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
