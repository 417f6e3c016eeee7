import type { Instant } from '../../instant.ts';
import type { TokenRow } from '../store.ts';
import { FORMAT, type TokenUseFile } from './formats.ts';
import { jsonText } from './json-text.ts';

/** When each token was last used. */
export class TokenUse {
  readonly #used: Map<number, Instant>;

  constructor(file: TokenUseFile | null) {
    this.#used = new Map(file?.tokens.map((token) => [token.id, token.last_used_at]));
  }

  note(id: number, at: Instant): void {
    this.#used.set(id, at);
  }

  last(id: number): Instant | null {
    return this.#used.get(id) ?? null;
  }

  /** `token-use.json`. Forgets the tokens that are not among `there`, which were revoked or went with what they were of. */
  text(there: readonly TokenRow[]): Iterable<string> {
    const ids = new Set(there.map((token) => token.id));
    for (const id of this.#used.keys()) if (!ids.has(id)) this.#used.delete(id);
    const tokens = [...this.#used].map(([id, last_used_at]) => ({ id, last_used_at }));
    return jsonText({ format: FORMAT, tokens } satisfies TokenUseFile);
  }
}
