import type { ErrorCode, TokenScope } from '@letterhead/shared';

/** The HTTP methods of the REST API. */
export type RestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Path of a procedure in REST, and the form of its answer. */
export interface RestMeta {
  readonly method: RestMethod;
  /** Below the base path, with parameters in braces: `/accounts/{account}/domains/{id}`. */
  readonly path: `/${string}`;
  readonly status: 200 | 201 | 204;
  /** Content type of an answer that is text instead of JSON in the envelope. */
  readonly contentType?: string;
  /** Whether it takes a raw message as well, from which `headers` and `body_hash` are made; other fields are in the query. */
  readonly takesMessage?: true;
}

/** Metadata that each procedure declares. */
export interface Meta {
  /** Scope that a token needs; null: any token will do. */
  readonly scope: TokenScope | null;
  /** One line for the API reference. */
  readonly summary: string;
  readonly description?: string;
  /** Errors beyond those that every procedure can fail with. */
  readonly errors?: readonly ErrorCode[];
  /** Bytes of a body, where they may be more than others take; over tRPC, of a call that no other is batched with. */
  readonly maxBodyBytes?: number;
  /** Absent if REST does not offer it. */
  readonly rest?: RestMeta;
}
