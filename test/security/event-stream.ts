/** A raw stream, which is read on demand. */
export interface OpenStream {
  readonly status: number;
  readonly headers: Headers;
  /** Reads until the stream contains this text. */
  said(words: string): Promise<void>;
  /** Reads until the server ends the stream; resolves to the whole text. */
  ended(): Promise<string>;
  close(): void;
}

/** Opens the stream of an account's events, beginning with the first. */
export async function openEventStream(url: string, token: string, account = 1): Promise<OpenStream> {
  const input = encodeURIComponent(JSON.stringify({ json: { account, lastEventId: 0 } }));
  return openStream(`${url}/trpc/events.stream?input=${input}`, token);
}

/** Opens any stream of the server. */
async function openStream(address: string, token: string): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: abort.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error('The stream has no body.');
  let text = '';
  const readMore = async () => {
    const { done, value = '' } = await reader.read();
    text += value;
    return done;
  };
  return {
    status: response.status,
    headers: response.headers,
    async said(words) {
      while (!text.includes(words)) {
        if (await readMore()) throw new Error(`The stream ended without ${words}: ${text}`);
      }
    },
    async ended() {
      while (!(await readMore()));
      return text;
    },
    close: () => abort.abort(),
  };
}
