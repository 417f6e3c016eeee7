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
  /** Rows that the calls of one batch may list in all; a single call lists whatever the account holds. */
  rows: 2_000,
  /** Bytes of JSON that the calls of one batch may be answered with in all; a single call is not held to it. */
  answerBytes: 4 * MIB,
  /** How many rows are turned into an answer before other requests have their turn. */
  rowsAtAStretch: 50,
} as const;

/** What one account may have under way or keep at once, through all its tokens and links together. */
export const ACCOUNT_LIMITS = {
  /** Requests that wait for the beginning of their answer. */
  waitingRequests: 100,
  /** Requests whose body has not arrived yet. */
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
  milliseconds: 10_000,
  /** Between a domain's checks, while it is checked by itself: a day and a tenth. */
  longestWait: 26.4 * HOUR,
  /** Records in one message; more make it malformed. */
  recordsAMessage: 200,
  /** Octets of messages that are decoded; what comes after is not read. */
  octets: 512 * KIB,
  /** TXT values at one name that are judged; a key that was split by mistake has two to four. */
  judgedValues: 16,
  underWay: 128,
  underWayPerAccount: 64,
} as const;

/** What is kept of a check beside its domain. */
export const EVIDENCE_LIMITS = {
  bytes: 50 * KIB,
  valuesAnAnswer: 20,
} as const;

/** Sockets that ask name servers at once. */
export const DNS_LIMITS = {
  questions: 1_024,
  questionsPerAccount: 512,
  questionsPerServer: 256,
  questionsPerServerPerAccount: 128,
  /** Of a UDP answer: what the question has offered to take (RFC 6891 §6.2.3). A longer one is asked for over TCP. */
  udpOctets: 1_232,
} as const;

/** What the store in files has open or keeps at once. */
export const FILE_LIMITS = {
  reads: 32,
  readsPerAccount: 16,
  writes: 32,
  writesPerAccount: 16,
  /** Buffers that wait to be used again, of each kind. */
  spareBuffers: 8,
  /** How long events of tokens, links and accounts are kept. */
  auditedEventAge: 400 * DAY,
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
