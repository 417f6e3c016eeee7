import type { Instant } from '../../instant.ts';
import type { LazyFile } from './disk/document.ts';
import { jsonText } from './disk/json-file.ts';
import { FORMAT, type TokenUseFile } from './formats/files.ts';
import type { StoredToken } from './formats/rows.ts';

/** When each token was last used: `token-use.json`. */
export class TokenUse {
  readonly #used: Map<number, Instant>;
  readonly #file: LazyFile;
  readonly #tokens: () => readonly StoredToken[];

  /** `tokens` gives those that there are. */
  constructor(
    content: TokenUseFile | null,
    makeFile: (text: () => Iterable<string>) => LazyFile,
    tokens: () => readonly StoredToken[],
  ) {
    this.#used = new Map(content?.tokens.map((token) => [token.id, token.last_used_at]));
    this.#file = makeFile(() => this.#text());
    this.#tokens = tokens;
  }

  touch(id: number, at: Instant): void {
    this.#used.set(id, at);
    this.#file.touch();
  }

  last(id: number): Instant | null {
    return this.#used.get(id) ?? null;
  }

  /** Tokens have gone: their last use is forgotten when the file is written next. */
  forgetGone(): void {
    this.#file.touch();
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  #text(): Iterable<string> {
    const ids = new Set(this.#tokens().map((token) => token.id));
    for (const id of this.#used.keys()) if (!ids.has(id)) this.#used.delete(id);
    const tokens = [...this.#used].map(([id, last_used_at]) => ({ id, last_used_at }));
    return jsonText({ format: FORMAT, tokens } satisfies TokenUseFile);
  }
}
