/** What a contender's process is asked, and answers. */
export interface Questions {
  /** What the process has used so far. */
  usage: { readonly asked: null; readonly answer: Usage };
  /** Creates domains with several clients at once. */
  create: { readonly asked: CreateOrder; readonly answer: CreateRun };
  /** Of each key that was taken since the start: whether it was ready. */
  keysReady: { readonly asked: null; readonly answer: boolean[] };
  /** Checks all domains that are due. */
  checkDue: { readonly asked: null; readonly answer: CheckRun };
  /** Takes due checks from a database and ends each, for so many seconds. */
  endDue: { readonly asked: { readonly seconds: number }; readonly answer: { readonly perSecond: number } };
  /** The questions that arrived at name servers since this was asked last. */
  heard: { readonly asked: null; readonly answer: HeardQuestion[] };
  /** Asks so many questions at a time until all are answered. */
  askAll: { readonly asked: AskOrder; readonly answer: AskRun };
}

export interface Usage {
  /** Microseconds of CPU time, of all threads, in user and system mode. */
  readonly cpu: number;
  /** Bytes of resident memory. */
  readonly memory: number;
}

export interface CreateOrder {
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

/** What a run of due checks came to; the seconds are until the last domain outside the dead zone was checked. */
export interface CheckRun {
  readonly checks: number;
  /** To name servers, each of a domain or of a server counted once however often the datagram was sent. */
  readonly questions: number;
  /** On average, while it ran. */
  readonly inFlight: number;
  readonly seconds: number;
}

/** A question as a name server heard it. */
export interface HeardQuestion {
  readonly server: string;
  readonly name: string;
  readonly type: string;
}

export interface AskOrder {
  readonly questions: readonly HeardQuestion[];
  readonly inFlight: number;
}

export interface AskRun {
  /** Questions that nobody answered, not even with an absence. */
  readonly failures: number;
  readonly seconds: number;
}

export type Question = keyof Questions;

/** From the benchmark to a contender. */
export interface Asked<Q extends Question = Question> {
  readonly id: number;
  readonly question: Q;
  readonly asked: Questions[Q]['asked'];
}

/** From a contender to the benchmark: first that it is ready, then its answers. */
export type Told =
  | { readonly kind: 'ready'; readonly url: string | null }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };
