import { inOneLine } from '../terminal-text.ts';

/** A paragraph; something to copy or to press, in a line of its own; or a list. */
export type MailBlock =
  | string
  | { readonly heading: string }
  | { readonly list: readonly string[] }
  | { readonly link: string; readonly label: string }
  | { readonly small: string };

/** What a mail says, in no particular form. */
export interface MailContent {
  readonly subject: string;
  readonly blocks: readonly MailBlock[];
}

const COLUMNS = 76;

/** Plain text, in lines that every mail program shows whole; what has no spaces, such as a key, stays in one piece. */
export function toText(blocks: readonly MailBlock[]): string {
  return `${blocks.map(blockText).join('\n\n')}\n`;
}

function blockText(block: MailBlock): string {
  if (typeof block === 'string') return wrap(block);
  if ('heading' in block)
    return `${wrap(block.heading)}\n${'-'.repeat(Math.min(COLUMNS, block.heading.length))}`;
  if ('list' in block) return block.list.map((item) => wrap(item, '- ', '  ')).join('\n');
  if ('link' in block) return `${block.label}:\n${block.link}`;
  return `-- \n${wrap(block.small)}`;
}

function wrap(text: string, first = '', others = ''): string {
  const lines: string[] = [];
  let line = first;
  for (const word of inOneLine(text).split(' ')) {
    const isBegun = line !== first && line !== others;
    if (isBegun && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = others + word;
    } else line += isBegun ? ` ${word}` : word;
  }
  return [...lines, line].join('\n');
}

/** HTML that needs no picture, script or style sheet. */
export function toHtml(title: string, blocks: readonly MailBlock[]): string {
  const body = blocks.map(blockHtml).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:40em;overflow-wrap:anywhere">
${body}
</body></html>
`;
}

function blockHtml(block: MailBlock): string {
  if (typeof block === 'string') return `<p>${escapeHtml(block)}</p>`;
  if ('heading' in block) return `<h2 style="font-size:18px">${escapeHtml(block.heading)}</h2>`;
  if ('list' in block) return `<ul>${block.list.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
  if ('link' in block) return `<p><a href="${escapeHtml(block.link)}">${escapeHtml(block.label)}</a></p>`;
  return `<p style="font-size:13px;color:#555">${escapeHtml(block.small)}</p>`;
}

function escapeHtml(text: string): string {
  return inOneLine(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
