/** Pieces of an address list (RFC 5322 §3.2.3 to §3.2.5, RFC 6532 §3.2): a word, an address literal, or one special. */
const TOKEN =
  /[\w!#$%&'*+\-/=?^`{|}~.\u{80}-\u{10ffff}]+|"(?:[^"\\]|\\.)*"|\[(?:[^[\]\\]|\\.)*\]|[<>@,;:]/suy;
const WORD = /^[^<>@,;:[]/;
const DOMAIN = /^(?:[^".]+(?:\.[^".]+)*|\[.*\])$/s;

/**
 * The domains of the addresses in a From field, as they are written (RFC 5322 §3.6.2; groups: RFC 6854); null where it
 * can't be read. Takes nothing that receivers could read in two ways, for they compare the signature with what they read.
 */
export function parseFromDomains(value: string): string[] | null {
  const tokens = tokenize(value);
  return tokens === null ? null : new AddressListReader(tokens).read();
}

/** Leaves out white space and comments; null where something has no end or no place here. */
function tokenize(value: string): string[] | null {
  const tokens: string[] = [];
  for (let at = 0; at < value.length; ) {
    const char = value.charAt(at);
    if (char === ' ' || char === '\t') at++;
    else if (char === '(') {
      at = endOfComment(value, at);
      if (at === 0) return null;
    } else {
      TOKEN.lastIndex = at;
      const [token] = TOKEN.exec(value) ?? [];
      if (token === undefined) return null;
      tokens.push(token);
      at += token.length;
    }
  }
  return tokens;
}

/** Comments nest (RFC 5322 §3.2.2). 0 where this one has no end. */
function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '\\') at++;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at + 1;
  }
  return 0;
}

class AddressListReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Reads mailboxes and groups, with a comma between each two. */
  read(): string[] | null {
    const domains: string[] = [];
    let inGroup = false;
    do {
      const words = this.#takeWords();
      if (words > 0 && !inGroup && this.#take(':')) {
        inGroup = true;
        if (!this.#take(';')) continue;
        inGroup = false;
      } else {
        const domain = this.#takeAddress(words);
        if (domain === null) return null;
        domains.push(domain);
        if (inGroup && this.#take(';')) inGroup = false;
      }
      if (this.#at === this.#tokens.length) return inGroup ? null : domains;
      if (!this.#take(',')) return null;
    } while (this.#at < this.#tokens.length);
    return null;
  }

  /** `local@domain`, of which `words` are read already, or the same in angle brackets after any words. */
  #takeAddress(words: number): string | null {
    const inBrackets = this.#take('<');
    const local = inBrackets ? this.#takeWords() : words;
    if (local !== 1 || !this.#take('@')) return null;
    const domain = this.#tokens[this.#at++] ?? '';
    if (!DOMAIN.test(domain)) return null;
    return inBrackets && !this.#take('>') ? null : domain;
  }

  #takeWords(): number {
    const start = this.#at;
    while (WORD.test(this.#tokens[this.#at] ?? '')) this.#at++;
    return this.#at - start;
  }

  #take(special: string): boolean {
    if (this.#tokens[this.#at] !== special) return false;
    this.#at++;
    return true;
  }
}
