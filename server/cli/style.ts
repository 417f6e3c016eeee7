import type { Severity, Status } from '@letterhead/shared';
import { escapeForTerminal } from '../terminal-text.ts';

/** Styles of text, with their SGR parameters (ECMA-48 §8.3.117). */
const STYLES = { good: 32, warning: 33, bad: 31, strong: 1 } as const;
export type Style = keyof typeof STYLES;

/** Enclose a style's name and its text until `renderStyles`. `inOneLine` escapes both characters in foreign values. */
const [START, STOP] = ['\u0001', '\u0002'];
const STYLED = new RegExp(`${START}(\\w+)${START}([^${START}${STOP}]*)${STOP}`);

export const STATUS_STYLES: Record<Status, Style> = {
  pending: 'warning',
  verified: 'good',
  degraded: 'warning',
  failed: 'bad',
};

export const SEVERITY_STYLES: Record<Severity, Style> = {
  ok: 'good',
  info: 'strong',
  warning: 'warning',
  error: 'bad',
};

/** Marks a text with a style. */
export function styled(style: Style, text: string): string {
  return `${START}${style}${START}${text}${STOP}`;
}

/** Escapes a text for terminals, and turns its styles into colours, or removes them. */
export function renderStyles(text: string, hasColors: boolean): string {
  // Splitting puts each style and its text between what stands around them.
  return text
    .split(STYLED)
    .map((part, at, parts) => {
      if (at % 3 === 1) return '';
      const style = at % 3 === 2 ? parts[at - 1] : undefined;
      const text = escapeForTerminal(part);
      return hasColors && isStyle(style) ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
    })
    .join('');
}

const MARKS = new RegExp(`${START}\\w+${START}|${STOP}`, 'g');

/** Removes the marks of styles, also of those that begin or end elsewhere. */
export function withoutStyles(text: string): string {
  return text.replace(MARKS, '');
}

function isStyle(name: string | undefined): name is Style {
  return name !== undefined && Object.hasOwn(STYLES, name);
}
