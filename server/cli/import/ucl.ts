import { CLI_LIMITS } from '../../limits.ts';
import { UsageError } from '../exit-code.ts';
import { tooMany } from './key-files.ts';

/** A setting of a file in UCL, rspamd's format. */
export interface Setting {
  /** Its name, after those of the sections around it; items of lists have numbers. */
  readonly path: readonly string[];
  /** Null: a section or a list begins. */
  readonly text: string | null;
  /** From 1. */
  readonly line: number;
}

// No pattern repeats a group: files may be long, and the stack of a pattern is not.
const BLANKS = /[\s;,]+/y;
const SPACES = /[ \t]+/y;
const COMMENT = /#[^\n]*/y;
const COMMENT_EDGE = /\/\*|\*\//g;
const MACRO = /\.[a-z_]+/y;
const PARAMETERS = /\([^)\n]*\)/y;
const QUOTE_EDGE = /["'\\]/g;
const HEREDOC = /<<([A-Z]+)\n/y;
const PLAIN = /[^\n;,{}[\]#]*/y;
const VARIABLE = /(?<=\$)\{\w*\}/y;
const KEY = /[^\s=:;,{}[\]#"']+/y;
const ASSIGN = /[ \t]*[=:]/y;
const OPENING = /\s*[{[]/y;

/** What rspamd puts in for its folders, as Debian has them. */
const FOLDERS: Readonly<Record<string, string>> = {
  DBDIR: '/var/lib/rspamd',
  CONFDIR: '/etc/rspamd',
  LOCAL_CONFDIR: '/etc/rspamd',
};

/** Parses a file of settings. Throws `UsageError` with the line that can't be read. */
export function parseUcl(file: string, text: string): Setting[] {
  return new UclReader(file, text.replace(/^\ufeff/, '')).read();
}

interface Open {
  readonly end: string;
  readonly path: readonly string[];
  items: number;
}

class UclReader {
  readonly #file: string;
  readonly #text: string;
  readonly #settings: Setting[] = [];
  readonly #open: Open[] = [{ end: '', path: [], items: 0 }];
  #at = 0;
  #line = 1;
  #lineAt = 0;
  /** Where the setting begins that is being read. */
  #settingLine = 1;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  read(): Setting[] {
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) this.#next();
    if (this.#open.length > 1) throw this.#error('a } or ] is missing');
    return this.#settings;
  }

  #next(): void {
    this.#settingLine = this.#lineHere();
    const inside = this.#open.at(-1);
    const char = this.#char();
    if (inside === undefined) throw this.#error('there is a } or ] too many');
    if (char === '}' || char === ']') {
      if (char !== inside.end) throw this.#error(`there is a ${char} too many`);
      this.#open.pop();
      this.#at++;
    } else if (inside.end === ']') this.#value([...inside.path, `${inside.items++}`], true);
    else {
      const macro = this.#take(MACRO);
      const key = macro ?? this.#quoted() ?? this.#take(KEY);
      if (key === undefined) throw this.#error('this is no setting');
      if (macro !== undefined) this.#macro([...inside.path, key]);
      else this.#value([...inside.path, key], this.#take(ASSIGN) !== undefined);
    }
  }

  /** `.include(try=true) "path"`. */
  #macro(path: readonly string[]): void {
    this.#take(SPACES);
    this.#take(PARAMETERS);
    this.#value(path, true);
  }

  /** A value, a section or a list; without `=`, also the name of a section before it. */
  #value(path: readonly string[], isAssigned: boolean): void {
    if (this.#begins(path)) return;
    const text = this.#scalar();
    if (!isAssigned && this.#begins([...path, text])) return;
    this.#add(path, text);
  }

  #begins(path: readonly string[]): boolean {
    const opening = this.#take(OPENING);
    if (opening === undefined) return false;
    this.#add(path, null);
    if (this.#open.length > CLI_LIMITS.sectionDepth) throw this.#error('sections are nested too deeply');
    this.#open.push({ end: opening.endsWith('{') ? '}' : ']', path, items: 0 });
    return true;
  }

  #scalar(): string {
    this.#take(SPACES);
    const text = this.#heredoc() ?? this.#quoted() ?? this.#plain();
    if (text === undefined) throw this.#error('a value is missing');
    return text.replaceAll(/\$\{?([A-Z_]+)\}?/g, (variable, name) => FOLDERS[name] ?? variable);
  }

  #quoted(): string | undefined {
    const quote = this.#char();
    if (quote !== '"' && quote !== "'") return undefined;
    const start = this.#at + 1;
    for (QUOTE_EDGE.lastIndex = start; ; ) {
      const edge = QUOTE_EDGE.exec(this.#text);
      if (edge === null) throw this.#error(`a ${quote} is missing`);
      if (edge[0] === '\\') QUOTE_EDGE.lastIndex++;
      else if (edge[0] === quote) break;
    }
    this.#at = QUOTE_EDGE.lastIndex;
    return this.#text.slice(start, this.#at - 1).replaceAll(/\\(.)/gs, '$1');
  }

  /** Text without quotes, in which a variable may have braces. */
  #plain(): string | undefined {
    const start = this.#at;
    while (this.#take(PLAIN) !== undefined && this.#take(VARIABLE) !== undefined);
    const text = this.#text.slice(start, this.#at).trim();
    return text === '' ? undefined : text;
  }

  /** Text up to a line that is the word after `<<`. */
  #heredoc(): string | undefined {
    const word = this.#take(HEREDOC)?.slice(2, -1);
    if (word === undefined) return undefined;
    const start = this.#at;
    this.#at = this.#text.indexOf(`\n${word}`, start - 1) + 1;
    if (this.#at === 0) throw this.#error(`a line ${word} is missing`);
    this.#take(KEY);
    return this.#text.slice(start, this.#at - word.length - 1);
  }

  /** Over white space, separators and comments; those of C nest. */
  #skip(): void {
    while (this.#take(BLANKS) !== undefined || this.#take(COMMENT) !== undefined || this.#takeComment());
  }

  #takeComment(): boolean {
    if (!this.#text.startsWith('/*', this.#at)) return false;
    COMMENT_EDGE.lastIndex = this.#at;
    let depth = 0;
    do {
      const edge = COMMENT_EDGE.exec(this.#text);
      if (edge === null) throw this.#error('a */ is missing');
      depth += edge[0] === '/*' ? 1 : -1;
    } while (depth > 0);
    this.#at = COMMENT_EDGE.lastIndex;
    return true;
  }

  /** What a pattern matches here, if it is not empty. */
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#text) ?? [];
    if (text === undefined || text === '') return undefined;
    this.#at += text.length;
    return text;
  }

  #char(): string {
    return this.#text.charAt(this.#at);
  }

  #add(path: readonly string[], text: string | null): void {
    if (this.#settings.length >= CLI_LIMITS.tableEntries) throw tooMany(this.#file, 'settings');
    this.#settings.push({ path, text, line: this.#settingLine });
  }

  #lineHere(): number {
    for (; this.#lineAt < this.#at; this.#lineAt++)
      if (this.#text.charAt(this.#lineAt) === '\n') this.#line++;
    return this.#line;
  }

  #error(what: string): UsageError {
    return new UsageError(`${this.#file}, line ${this.#lineHere()}: the settings can’t be read: ${what}.`);
  }
}
