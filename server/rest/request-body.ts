import { LetterheadError } from '@letterhead/shared';
import type { MessageDigest } from '@letterhead/shared/message';
import type { FastifyInstance } from 'fastify';
import { REQUEST_LIMITS } from '../limits.ts';
import { refuseTooManyFields } from '../router/input-limits.ts';

/** A form's fields, which are text, and have to be converted; JSON's are what they are. */
export class FormBody {
  readonly fields: Readonly<Record<string, readonly string[]>>;

  constructor(fields: Readonly<Record<string, readonly string[]>>) {
    this.fields = fields;
  }
}

/** A raw message, of which only this is kept. */
export class MessageBody {
  readonly digest: MessageDigest;

  constructor(digest: MessageDigest) {
    this.digest = digest;
  }
}

/**
 * Takes JSON and forms (what `curl -d` sends), and nothing else. An empty body is an empty object. Fastify's own
 * parser refuses an empty JSON body, and takes plain text.
 */
export function takeBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    settle(done, () => parseJsonObject(decode(body)));
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (_request, body, done) => {
      settle(done, () => parseForm(decode(body)));
    },
  );
}

function settle(done: (error: Error | null, body?: unknown) => void, parse: () => unknown): void {
  let body: unknown;
  try {
    body = parse();
  } catch (error) {
    done(error instanceof Error ? error : new Error('The body does not parse.'));
    return;
  }
  done(null, body);
}

function decode(body: string | Buffer): string {
  try {
    return typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw malformed('The body is not UTF-8. Send it in UTF-8.');
  }
}

function parseJsonObject(text: string): unknown {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('The body is not JSON. Send an object such as {"domain": "example.org"}.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('The body is JSON, but not an object. Send one such as {"domain": "example.org"}.');
  }
  return value;
}

/** Parses `application/x-www-form-urlencoded`. Throws `invalid` where it has too many fields. */
export function parseForm(text: string): FormBody {
  // No more are counted than it takes to refuse them.
  refuseTooManyFields(text.split('&', REQUEST_LIMITS.fields + 1).length);
  // Without a prototype, a field named __proto__ is a field like any other.
  const fields: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    fields[name] ??= [];
    fields[name].push(value);
  }
  return new FormBody(fields);
}

function malformed(message: string): LetterheadError {
  return new LetterheadError('malformed_body', message);
}
