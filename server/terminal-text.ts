/**
 * Characters that a terminal interprets or does not show: controls (C0, DEL, C1), line and paragraph separators, bidi
 * and other format characters, fillers, tags. Joiners and emoji styles are kept, because they shape adjacent letters.
 */
const CONTROL_OR_INVISIBLE =
  /\r(?!\n)|[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\t\r\n\u200c\u200d\ufe0e\ufe0f]]/gv;

const LAYOUT: Readonly<Record<string, string>> = { '\t': '\\t', '\r': '\\r', '\n': '\\n' };

/**
 * Escapes control and invisible characters, which other people may have put into names and DNS answers, as `\u001b`.
 * In JSON, that means the same. Tabs and line ends are kept.
 */
export function escapeForTerminal(text: string): string {
  return text.replace(CONTROL_OR_INVISIBLE, escapeCodeUnits);
}

/** Escapes a value like `escapeForTerminal`, and its line ends, so that it cannot pass for further lines of output. */
export function inOneLine(value: string): string {
  return escapeForTerminal(value.replace(/[\t\r\n]/g, (character) => LAYOUT[character] ?? ''));
}

function escapeCodeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
