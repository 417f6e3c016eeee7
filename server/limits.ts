/**
 * The budget for everything that a caller, a file or a name server can choose, in one place. SECURITY.md has the same
 * as a table for people. Sizes are in bytes, times in milliseconds, rates in acts a window.
 */

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What one request may bring and ask for. A batch of tRPC calls is one request. */
export const REQUEST_LIMITS = {
  bodyBytes: 64 * KIB,
  /** Fields of a form or a query, repeated ones among them. */
  fields: 100,
  batchCalls: 100,
  /** Rows that one batch may list before it may call the same procedure again; a single call lists all there is. */
  rows: 1_000,
  /** Characters of JSON that one batch may be answered with before that: `JSON.stringify` writes them at a stretch. */
  answerBytes: MIB,
  /** A longer list is made in turns, in which it is looked after so many rows whether others are to have theirs. */
  rowsAtAStretch: 25,
  /** Milliseconds of work on one answer after which they have it. */
  stretch: 5,
} as const;

/** Of one stream of events. */
export const STREAM_LIMITS = {
  /** How many events are read from the log at a time. */
  page: 500,
} as const;

/** What the server takes of all callers together, and how long it waits for one; times are in milliseconds. */
export interface HttpLimits {
  /** For the headers of a request to arrive. */
  readonly headersTimeout: number;
  /** For all of a request to arrive: one that trickles in holds a connection no longer than this. */
  readonly requestTimeout: number;
  /** For a connection on which nothing moves, such as one whose client does not read. */
  readonly idleTimeout: number;
  /** How often it is looked whether a request has taken too long. */
  readonly checkInterval: number;
  /** Requests that have arrived and wait for the beginning of their answer: some seconds' work of the slowest kind. */
  readonly maxWaiting: number;
  /** How long `/health/ready` repeats its last answer before it asks the store again. */
  readonly readyAge: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  // Streams say something every 15 s.
  idleTimeout: 60_000,
  checkInterval: 5_000,
  maxWaiting: 1_000,
  readyAge: 1_000,
};

/**
 * Connections that the system holds until they are accepted. Node's default of 511 overflows in a burst, and everybody
 * who connects then waits for the SYN to be sent again, up to 15 s.
 */
export const ACCEPT_BACKLOG = 4_096;

/** Answers that are compressed, each of which takes a thread up to 10 ms. */
export const COMPRESSION_LIMITS = {
  /** Shorter ones fit a packet or two as they are. */
  minBytes: 2 * KIB,
  atOnce: 2,
  atOncePerAccount: 1,
} as const;

/** What one account may have under way or keep at once, through all its tokens and links together. */
export const ACCOUNT_LIMITS = {
  /** Requests that wait for the beginning of their answer, those whose body has not arrived yet among them. */
  waitingRequests: 100,
  unreadBodies: 50,
  streams: 60,
  streamsPerToken: 20,
  /** Of what one token may ask a minute (`RATE_LIMIT_PER_MINUTE`), what all tokens of the account may. */
  rateFactor: 4,
  /** Tokens and share links. */
  tokens: 2_000,
  checksPerMinute: 60,
  checksPerDomainPerMinute: 10,
  /** Acts whose events are kept for long: creating tokens, links and accounts, and changing accounts. */
  auditedActsPerHour: 100,
  auditedActsPerDay: 500,
} as const;

/** What one check of a domain may cost, whatever its zone does. */
export const CHECK_LIMITS = {
  datagrams: 300,
  resolverQuestions: 60,
  /** Of those, what advice on SPF, DMARC and MX may use: the records themselves go first. */
  adviceDatagrams: 60,
  adviceResolverQuestions: 25,
  adviceOctets: 128 * KIB,
  milliseconds: 10_000,
  /** Between a domain's checks, while it is checked by itself: a day and a tenth. */
  longestWait: 26.4 * HOUR,
  /** Records in one message; more make it malformed. */
  recordsAMessage: 200,
  /** Labels, pointers and strings that decoding one message may walk; more make it malformed. */
  stepsAMessage: 5_000,
  /** Octets of messages that are decoded; what comes after is not read. */
  octets: 512 * KIB,
  /** Terms of an SPF record that are read; a longer one is judged no further. */
  spfTerms: 500,
  /** TXT values at one name that are judged; a key that was split by mistake has two to four. */
  judgedValues: 16,
  /** Base64 of a key that is parsed: an RSA key of 16,384 bits has 2,772. */
  keyCharacters: 3_000,
  underWay: 128,
  underWayPerAccount: 64,
  /** Due checks that wait in memory; the others wait in the schedule. */
  waiting: 5_000,
  /** Domains that are known to take long. */
  slowDomains: 5_000,
} as const;

/** What is kept of a check beside its domain. */
export const EVIDENCE_LIMITS = {
  bytes: 50 * KIB,
  valuesAnAnswer: 20,
} as const;

/** How far name servers are followed, what of an answer is read, and how many sockets ask at once. */
export const DNS_LIMITS = {
  referrals: 5,
  serversAZone: 8,
  /** Servers of the zone above that are asked for its referral, one after another until one gives it. */
  parentServers: 3,
  /** Names above a zone that are looked at for the zone above. */
  zonesAbove: 3,
  questions: 1_024,
  questionsPerAccount: 512,
  questionsPerServer: 256,
  questionsPerServerPerAccount: 128,
  /**
   * Of a UDP answer: what the question offers to take (RFC 6891 §6.2.3), which fits an Ethernet frame on every path
   * (RFC 9715). A longer one is not read, but asked for over TCP.
   */
  udpOctets: 1_232,
  /** Messages that are decoded before other work has its turn; one takes up to 2 ms. */
  decodesAtAStretch: 8,
} as const;

/** What the store in files has open or keeps at once. */
export const FILE_LIMITS = {
  reads: 32,
  readsPerAccount: 16,
  writes: 32,
  writesPerAccount: 16,
  /** Buffers that wait to be used again, of each kind. */
  spareBuffers: 8,
  /** Rows of domains that are kept as they were given out. */
  rows: 5_000,
  /** Of a line in a log of events: a longer one is passed over. */
  eventLineBytes: MIB,
  /** How long events of tokens, links and accounts are kept. */
  auditedEventAge: 400 * DAY,
} as const;

/** What the store over PostgreSQL asks at once, keeps, and waits for; times are in milliseconds. */
export const DATABASE_LIMITS = {
  /** For a query, and for a call to find a database that answers. */
  deadline: 5_000,
  connect: 2_000,
  /** After which the database itself gives up a statement that nobody waits for any more. */
  statement: 10_000,
  /** Between two tries to reach the database. */
  shortestWait: 50,
  longestWait: 500,
  /** Reads that share one query. */
  keysAQuery: 500,
  /** Rows of domains that are kept as they were given out. */
  rows: 5_000,
  /** How often watched accounts are looked at for events of other servers, whose hints may have been lost. */
  poll: 500,
  hintDelay: 10,
  accountsAHint: 200,
  /** Rate limits of that many tokens, accounts and addresses are counted together with other servers, once a second. */
  keysAnExchange: 5_000,
  exchange: 1_000,
  /** Times of use of tokens wait so long for their way to the database. */
  tokenUse: 10_000,
  /** The checks that have been due the longest, among which accounts take turns. */
  dueChecks: 2_000,
  /** More due checks than this are not counted. */
  countedDueChecks: 10_000,
  /** Of an account's events, at least these are kept, and at most twice as many. */
  keptEvents: 20_000,
} as const;

/** What an archive that is restored may hold. */
export const ARCHIVE_LIMITS = {
  files: 2_000_000,
  /** Of one file. */
  fileBytes: 1024 * MIB,
  /** Unpacked, of all files: that many times the archive's own size, and a little. JSON shrinks to a tenth. */
  expansion: 100,
  extraBytes: 64 * MIB,
} as const;
