import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A client that keeps its connections, and costs as little as one can: the server is what is measured. */
export class HttpClient implements Disposable {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #agent = new Agent({ keepAlive: true });

  /** `url` is what the paths of requests are below. */
  constructor(url: string, token: string | null) {
    this.#url = url;
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  /** The answer's body. Rejects where the answer is another than 2xx. */
  get(path: string): Promise<string> {
    return this.#send('GET', path, null);
  }

  /** See `get`; `body` is sent as JSON. */
  post(path: string, body: object): Promise<string> {
    return this.#send('POST', path, JSON.stringify(body));
  }

  async #send(method: string, path: string, body: string | null): Promise<string> {
    const answer = await this.#exchange(method, path, body);
    const answered = await text(answer);
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answered;
    throw new Error(`${method} ${path} was answered with ${statusCode}: ${answered.slice(0, 200)}`);
  }

  #exchange(method: string, path: string, body: string | null): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request(this.#url + path, { method, agent: this.#agent, headers: this.#headersFor(body) })
      .on('response', resolve)
      .on('error', (error) => {
        // The server closed a connection that had idled, just as it was to be used again: it has read nothing.
        if (sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET') {
          resolve(this.#exchange(method, path, body));
        } else reject(error);
      });
    sent.end(body);
    return promise;
  }

  #headersFor(body: string | null): Record<string, string> {
    if (body === null) return this.#headers;
    return {
      ...this.#headers,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    };
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
