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
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Promise<string> }>();
    const headers =
      body === null
        ? this.#headers
        : {
            ...this.#headers,
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          };
    request(this.#url + path, { method, agent: this.#agent, headers })
      .on('response', (response) => resolve({ status: response.statusCode ?? 0, body: text(response) }))
      .on('error', reject)
      .end(body);
    const answer = await promise;
    const answered = await answer.body;
    if (answer.status >= 200 && answer.status < 300) return answered;
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${answered.slice(0, 200)}`);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
