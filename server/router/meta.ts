import type { ErrorCode, TokenScope } from '@letterhead/shared';

/** The HTTP methods of the REST API. */
export type RestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Where a procedure is found in REST, and how it answers there. */
export interface RestMeta {
  readonly method: RestMethod;
  /** Below the base path, with parameters in braces: `/accounts/{account}/domains/{id}`. */
  readonly path: `/${string}`;
  readonly status: 200 | 201 | 204;
  /** Where the answer is a text and not JSON in the envelope. */
  readonly contentType?: string;
}

/** What each procedure declares of itself. */
export interface Meta {
  /** What a token needs; null: any token will do. */
  readonly scope: TokenScope | null;
  /** A line for the reference. */
  readonly summary: string;
  readonly description?: string;
  /** What it can fail with beyond what every procedure can. */
  readonly errors?: readonly ErrorCode[];
  /** Absent for what REST does not offer. */
  readonly rest?: RestMeta;
}
