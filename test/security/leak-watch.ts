import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { KEYS_FILE } from '../keys-file.ts';
import { findPrivateKeys, findTokens, privateKeyParts } from './secret-material.ts';

/** Paths whose answers to `POST` contain a new token, or a new secret of a webhook. */
const NEW_TOKEN_PATH =
  /\/(?:tokens|shares|webhooks|secret)$|^\/trpc\/.*(?:(?:tokens|shares|webhooks)\.create|webhooks\.rotateSecret)\b/;

/** Paths whose answers to `GET` contain a private key, where mail servers may fetch them. */
const VAULT_PATH = /^\/vault\/v1\/dkim\/[^/]+$/;

let knownParts: RegExp | undefined;

/** Searches everything that a server answers, logs and stores for secrets that must not be there. */
export class LeakWatch {
  readonly #findings = new Set<string>();

  /** Starts a server and searches every byte of its answers. */
  async during<T>(start: () => Promise<T>): Promise<T> {
    const listen = (message: unknown) => {
      // What Fastify publishes there: https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks
      const { fastify } = message as { fastify: FastifyInstance };
      fastify.server.prependListener('request', (request, response) => this.#watch(request, response));
    };
    subscribe('fastify.initialization', listen);
    try {
      return await start();
    } finally {
      unsubscribe('fastify.initialization', listen);
    }
  }

  /**
   * Looks at what is left: the log, every file of the data folder, and what is in the database. Throws where any secret
   * was found anywhere.
   */
  async finish(log: readonly string[], dataDir: string, database = ''): Promise<void> {
    this.#look('the log', log.join(''), true);
    this.#look('the database', database, true);
    for (const path of await filesIn(dataDir)) {
      this.#look(`the file ${path.slice(dataDir.length)}`, await readFile(path, 'latin1'), true);
    }
    await this.#lookForSecretKey(log, dataDir);
    if (this.#findings.size > 0) throw new Error(`Secrets have leaked: ${[...this.#findings].join('; ')}.`);
  }

  #watch(request: IncomingMessage, response: ServerResponse): void {
    const where = `the answer to ${request.method} ${request.url}`;
    const isVault = request.method === 'GET' && VAULT_PATH.test(pathOf(request));
    const mayHoldToken = request.method === 'POST' && NEW_TOKEN_PATH.test(pathOf(request));
    let text = '';
    const listen = (chunk: unknown) => {
      if (typeof chunk === 'string') text += chunk;
      else if (chunk instanceof Uint8Array) text += Buffer.from(chunk).toString('latin1');
    };
    const { write, end, writeHead } = response;
    let headers: Readonly<Record<string, unknown>> = {};
    // Fastify passes all headers at once, and Node keeps no copy.
    response.writeHead = (...said: unknown[]) => {
      headers = { ...response.getHeaders(), ...Object(said.at(-1)) };
      return Reflect.apply(writeHead, response, said);
    };
    // The first argument of every overload is the data.
    response.write = (...said: unknown[]) => {
      listen(said[0]);
      return Reflect.apply(write, response, said);
    };
    response.end = (...said: unknown[]) => {
      listen(said[0]);
      return Reflect.apply(end, response, said);
    };
    response.once('close', () => {
      // What is refused holds none, there as elsewhere.
      const body = isVault && response.statusCode === 200 ? '' : decoded(text, headers['content-encoding']);
      this.#look(where, JSON.stringify(headers) + body, !mayHoldToken);
    });
  }

  #look(where: string, text: string, forTokens: boolean): void {
    knownParts ??= privateKeyParts(KEYS_FILE);
    for (const found of findPrivateKeys(text, knownParts)) this.#findings.add(`${found} in ${where}`);
    if (forTokens) for (const found of findTokens(text)) this.#findings.add(`${found} in ${where}`);
  }

  /** The secret key is in its own file, and nowhere else. */
  async #lookForSecretKey(log: readonly string[], dataDir: string): Promise<void> {
    const key = await readFile(join(dataDir, 'secret.key'), 'utf8').catch(() => undefined);
    if (key === undefined) return;
    const secret = key.trim();
    if (log.some((line) => line.includes(secret))) this.#findings.add('the secret key in the log');
    for (const path of await filesIn(dataDir)) {
      if (path.endsWith('secret.key')) continue;
      if ((await readFile(path, 'utf8')).includes(secret)) this.#findings.add(`the secret key in ${path}`);
    }
  }
}

/** Decodes an answer of any content coding. `bytes` in latin1. */
function decoded(bytes: string, coding: unknown): string {
  const decode = coding === 'br' ? brotliDecompressSync : coding === 'gzip' ? gunzipSync : null;
  // Answers to HEAD, and 304, have no body.
  return decode === null || bytes === '' ? bytes : decode(Buffer.from(bytes, 'latin1')).toString('latin1');
}

/** Percent-decoded once, as the server does. */
function pathOf({ url = '' }: IncomingMessage): string {
  const path = url.split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
