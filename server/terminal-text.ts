/**
 * Controls (C0, DEL, C1), line and paragraph separators, bidi and other format characters, fillers, tags: what a
 * terminal obeys, or shows as nothing. Joiners and emoji styles stay, for they shape the letters beside them.
 */
const OBEYED_OR_UNSEEN =
  /\r(?!\n)|[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\t\r\n\u200c\u200d\ufe0e\ufe0f]]/gv;

const LAYOUT: Readonly<Record<string, string>> = { '\t': '\\t', '\r': '\\r', '\n': '\\n' };

/**
 * A text that is harmless on a terminal, which obeys what other people have put into names and DNS answers. Such
 * characters are written as `\u001b`; in JSON, that means the same. Tabs and line ends stay: they are layout.
 */
export function escapeForTerminal(text: string): string {
  return text.replace(OBEYED_OR_UNSEEN, escapeCodeUnits);
}

/** A value that goes into a text: as `escapeForTerminal`, and in one line, so that it can't look like others. */
export function inOneLine(value: string): string {
  return escapeForTerminal(value.replace(/[\t\r\n]/g, (character) => LAYOUT[character] ?? ''));
}

function escapeCodeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
