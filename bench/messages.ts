/** Requests to a measured process, and their results. */
export interface Methods {
  /** What the process has used so far. */
  usage: { readonly params: null; readonly result: Usage };
  /** Creates domains with several clients at once. */
  create: { readonly params: CreateLoad; readonly result: CreateRun };
  /** Signs one message again and again, one signature after the other. */
  sign: { readonly params: { readonly seconds: number }; readonly result: SignRun };
  /** Samples the event loop's delay from now on, every millisecond, which takes 3 % of a core. */
  watchDelay: { readonly params: null; readonly result: undefined };
  /** Ends that: the delay at the 99th percentile, in milliseconds. */
  delay: { readonly params: null; readonly result: number };
  /** Of each key that was taken since the start: whether it was ready. */
  keysReady: { readonly params: null; readonly result: boolean[] };
  /** Checks all domains that are due. */
  checkDue: { readonly params: null; readonly result: CheckRun };
  /** Rotates the keys of all domains, which are in the key zone; seconds by what was done, in order. */
  rotateAll: { readonly params: null; readonly result: Readonly<Record<string, number>> };
  /** Takes due checks from a database and ends each, for so many seconds. */
  endDue: { readonly params: { readonly seconds: number }; readonly result: { readonly perSecond: number } };
  /** The questions that arrived at name servers since this was asked last. */
  questionsReceived: { readonly params: null; readonly result: ReceivedQuestion[] };
  /** What a receiver of webhooks has received so far. */
  received: { readonly params: null; readonly result: ReceivedWebhooks };
  /** Sends one body again and again, in so many loops. */
  postAll: { readonly params: PostLoad; readonly result: { readonly seconds: number } };
  /** Asks so many questions at a time until all are answered. */
  askAll: { readonly params: AskLoad; readonly result: AskRun };
}

export interface Usage {
  /** Microseconds of CPU time, of all threads, in user and system mode. */
  readonly cpu: number;
  /** Bytes of resident memory. */
  readonly memory: number;
}

export interface CreateLoad {
  readonly clients: number;
  /** What comes before, and isn't counted. */
  readonly warmUp: Extent;
  readonly measured: Extent;
}

/** Ends with whichever comes first. */
interface Extent {
  readonly seconds: number;
  /** Creates. */
  readonly atMost: number;
}

export interface CreateRun {
  readonly creates: number;
  /** From the first to the last one's end. */
  readonly seconds: number;
}

export interface SignRun {
  readonly signatures: number;
  /** Microseconds of CPU time, of all threads. */
  readonly cpu: number;
}

/** What a run of due checks came to; the seconds are until the last domain outside the dead zone was checked. */
export interface CheckRun {
  readonly checks: number;
  /** To name servers, each of a domain or of a server counted once however often the datagram was sent. */
  readonly questions: number;
  /** On average, while it ran. */
  readonly inFlight: number;
  readonly seconds: number;
}

/** A DNS question that a name server received. */
export interface ReceivedQuestion {
  readonly server: string;
  readonly name: string;
  readonly type: string;
}

export interface AskLoad {
  readonly questions: readonly ReceivedQuestion[];
  readonly inFlight: number;
}

export interface AskRun {
  /** Methods that nobody answered, not even with an absence. */
  readonly failures: number;
  readonly seconds: number;
}

export interface ReceivedWebhooks {
  readonly count: number;
  /** The last one. */
  readonly body: string;
}

export interface PostLoad {
  readonly url: string;
  readonly body: string;
  readonly loops: number;
  /** Of all loops together. */
  readonly count: number;
  /** Whether each is signed, as Standard Webhooks asks for; otherwise all have one signature. */
  readonly isSigned: boolean;
}

export type Method = keyof Methods;

/** From the benchmark to the process. */
export interface Request<M extends Method = Method> {
  readonly id: number;
  readonly method: M;
  readonly params: Methods[M]['params'];
}

/** From the process to the benchmark: first that it is ready, then its answers. */
export type Response =
  | { readonly kind: 'ready'; readonly url: string | null }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };
