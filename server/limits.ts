/**
 * Limits of everything that a caller, a file or a name server can choose. SECURITY.md has the same as a table for
 * people. Sizes are in bytes, times in milliseconds.
 */

import { NOTIFY_MAX } from '@letterhead/shared';
import { LOGO_MAX_BYTES, MESSAGE_MAX_BYTES } from '@letterhead/shared/rules';
import { DAY, HOUR } from './instant.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits of one request. A batch of tRPC calls is one request. */
export const REQUEST_LIMITS = {
  bodyBytes: 64 * KIB,
  /** Fields of a form or a query; repeated fields count each time. */
  fields: 100,
  batchCalls: 100,
  /** Characters of one parameter in a path: enough for a batch of calls. */
  pathParameter: 5_000,
  /** Rows after which one batch may not call the same procedure again; a single call lists all rows. */
  rows: 1_000,
  /** The same for characters of JSON, because `JSON.stringify` blocks the event loop. */
  answerBytes: MIB,
  /** Rows after which a long list checks whether it has used up its turn. */
  rowsAtAStretch: 25,
  /** Milliseconds of work on one answer in one turn. */
  stretch: 5,
  /** Long lists whose JSON is kept, of all accounts together: 7 MB each at most, with 10,000 domains. */
  joinedLists: 4,
} as const;

/** What a logo of an account may be. */
export const LOGO_LIMITS = {
  bytes: LOGO_MAX_BYTES,
  /** Pixels a side: a browser needs four bytes for each. */
  side: 1_024,
  /** Bytes of a body that changes an account: the logo in Base64, and the other fields. */
  bodyBytes: 128 * KIB,
} as const;

/** Limits of one stream of events. */
export const STREAM_LIMITS = {
  /** Events that are read from the log at a time. */
  page: 500,
} as const;

/** Limits of all requests together, and timeouts of one. */
export interface HttpLimits {
  readonly headersTimeout: number;
  /** Timeout for the whole request, so that a slow client does not hold a connection. */
  readonly requestTimeout: number;
  /** Timeout of an idle connection, such as one whose client does not read. */
  readonly idleTimeout: number;
  readonly checkInterval: number;
  /** Requests whose answer has not begun: some seconds of work if all are slow. */
  readonly maxWaiting: number;
  /** How long `/health/ready` repeats its last answer before it asks the store again. */
  readonly readyAge: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  // Streams send a ping every 15 s.
  idleTimeout: 60_000,
  checkInterval: 5_000,
  maxWaiting: 1_000,
  readyAge: 1_000,
};

/**
 * Connections that the system queues until they are accepted. Node's default of 511 overflows in a burst, and new
 * connections then wait for a SYN retransmission, up to 15 s.
 */
export const ACCEPT_BACKLOG = 4_096;

/** Answers that are compressed, each of which takes a thread up to 10 ms. */
export const COMPRESSION_LIMITS = {
  /** Shorter answers fit one or two packets uncompressed. */
  minBytes: 2 * KIB,
  atOnce: 2,
  atOncePerAccount: 1,
} as const;

/** Limits of one account, with all its tokens and share links. */
export const ACCOUNT_LIMITS = {
  /** Requests whose answer has not begun, including those whose body has not arrived. */
  waitingRequests: 100,
  unreadBodies: 50,
  streams: 60,
  streamsPerToken: 20,
  /** Requests a minute of all tokens of the account, as a multiple of `RATE_LIMIT_PER_MINUTE`. */
  rateFactor: 4,
  /** Tokens and share links. */
  tokens: 2_000,
  checksPerMinute: 60,
  checksPerDomainPerMinute: 10,
  /** Acts with audited events: creating tokens, share links and accounts, changing accounts, and rotating keys. */
  auditedActsPerHour: 100,
  auditedActsPerDay: 500,
  /**
   * Domains a day of which something is kept long after their end, as a multiple of those that an account may have: an
   * audited event of an import, names in the key zone.
   */
  lastingFactor: 2,
} as const;

/** Limits of signing. */
export const SIGN_LIMITS = {
  messageBytes: MESSAGE_MAX_BYTES,
  /** Of a message, as it arrives: what comes after is read in turns. */
  bytesAtOnce: 128 * KIB,
  /** Ways to write the one domain that the addresses of a From field have. */
  fromSpellings: 8,
  /**
   * Handed at once to libuv's four threads, which files need as well: a file waits for three of them at each, and no
   * thread sleeps while there is more to sign. To wake one takes the main thread as long as the rest of a request.
   */
  threads: { total: 16, perOwner: 16 },
  openKeys: 1_000,
  openKeyAge: 60_000,
} as const;

/** Limits of a domain's keys, and of keys that come from elsewhere. */
export const KEY_LIMITS = {
  /** Of the keys that are made here. */
  bits: 2_048,
  /** RFC 8301, section 3.2. */
  minBits: 1_024,
  maxBits: 4_096,
  /** Of its public exponent: with a larger one, a signature takes up to 300 times as long, and few receivers verify it. */
  maxExponentBits: 64n,
  /** Of a private key's text. */
  characters: 16 * KIB,
  /** Keys that are looked for in the DNS before they are taken. */
  proofs: { total: 32, perOwner: 16 },
  /** Keys of one domain whose records are published: pending, active and retiring ones. */
  published: 3,
  /** How long the record of a key has to stay that has signed, for mail under way. */
  retirement: 7 * DAY,
  /** Revoked keys of one domain whose records are watched until they are gone. */
  revoked: 3,
  /** Earlier keys of one domain that are recognised by their fingerprints. */
  previous: 50,
} as const;

/** Limits of judging messages that arrived. */
export const PROOF_LIMITS = {
  signatures: 5,
  /** Of the header block: what is made of it takes up to a hundred times its size. */
  headerBytes: 256 * KIB,
  /** Addresses of From that the answer has. */
  addresses: 10,
  /** What the answer has of an address, a domain or a selector: more is longer than they can be (RFC 5321 §4.5.3.1). */
  characters: 320,
  /** Messages that are read or judged, each of which is in memory. */
  underWay: { total: 4, perOwner: 1 },
  heapMiB: 256,
} as const;

/** Limits of webhooks; times are in milliseconds where nothing else is said. */
export const WEBHOOK_LIMITS = {
  endpoints: 20,
  /** For a delivery, from the look-up of the name to the end of the answer. */
  timeout: 15_000,
  answerBytes: 64 * KIB,
  /** Of an answer with everything around it: a body in the smallest chunks takes six times its length. */
  answerOctets: 512 * KIB,
  answerBytesKept: KIB,
  deliveriesKept: 100,
  /** Of the addresses of a name, in what is kept of a delivery: a name server can give thousands. */
  addressesNamed: 10,
  /** How long an earlier secret signs as well. */
  previousSecret: DAY,
  /** Waits between the attempts; after the last, the endpoint is disabled. */
  waits: [5_000, 300_000, HOUR / 2, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  longestRetryAfter: DAY,
  /** What is planned for later than this was planned by a clock that was ahead. */
  longestWait: 2 * DAY,
  /**
   * Deliveries at once: to endpoints whose last one failed or took over `slowAfter`, to those that nothing was sent to
   * yet, and to all others.
   */
  slowAtOnce: 64,
  newAtOnce: 64,
  newPerAccount: 1,
  atOnce: 256,
  slowAfter: 2_000,
  /** How far what is kept of a cursor may lie behind what was delivered. */
  lag: 100,
  /** After which another server may go on with an endpoint; in seconds, more than a delivery takes. */
  lease: 20,
  /** How long an endpoint with much to deliver goes on while others wait. */
  turn: 1_000,
  /** How long the endpoints of an account share the events that were read, and what was read of their domains. */
  sharedFor: 1_000,
  pagesShared: 32,
  messagesShared: 512,
  /** Events that are read from the log at a time. */
  page: 100,
  /** How often the store is asked for what is due. */
  poll: 1_000,
  /** For other events of the same moment. */
  wakeDelay: 10,
  /** Until the log of deliveries is written. */
  logDelay: 2_000,
  /** Tests, and deliveries that somebody repeats: each caller waits for its own. */
  requested: { total: 32, perOwner: 2 },
  /** At a stop, for deliveries under way. */
  stop: 3_000,
} as const;

/** Limits of notices by mail; times are in milliseconds where nothing else is said. */
export const NOTICE_LIMITS = {
  /** Of an account. */
  addresses: NOTIFY_MAX,
  /** Mails by which people confirm that they want to be told: of one link ever, and of an account a day. */
  confirmationsPerLink: 3,
  confirmationsPerAccountPerDay: 20,
  /** How long such a mail can be confirmed. */
  confirmable: DAY,
  /** How long after a notice of a domain its further changes wait, to be told together. */
  quiet: HOUR,
  /** What happened longer ago is not told any more. */
  age: 7 * DAY,
  /** Changes that one notice tells one by one. */
  changes: 50,
  /** Waits after attempts that failed; the last one again and again. */
  waits: [10_000, 60_000, 300_000, 900_000, HOUR / 2, HOUR],
  /** What is planned for later than this was planned by a clock that was ahead. */
  longestWait: 2 * HOUR,
  /** Attempts that failed after which a notice is given up for an address, where others have got it. */
  patience: 5,
  /** For one message, from the connection to the server's answer. */
  timeout: 14_000,
  /** For the connection, the greeting, and between two answers. */
  silence: 5_000,
  /** Of the answer that refuses a recipient. */
  answerCharacters: 300,
  /** Accounts whose notices are sent at once. */
  accountsAtOnce: 8,
  /** After which another server may go on with an account; in seconds, more than a message takes. */
  lease: 20,
  page: 100,
  poll: 2_000,
  wakeDelay: 10,
  /** At a stop, for a message under way. */
  stop: 3_000,
} as const;

/** Limits of giving out keys. */
export const DELIVERY_LIMITS = {
  /** Tokens and domains of which it is remembered that the first delivery of the day was told. */
  remembered: 100_000,
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
  /** For which caches hold a record, whatever TTL its zone gives it (RFC 8767 §4). */
  longestTtl: 7 * DAY,
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
  /** Answers of the resolvers that due checks share, how long they do, and the characters of one. */
  recentAnswers: 1_000,
  recentAnswerAge: 60_000,
  recentAnswerCharacters: 4 * KIB,
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

/** What the primary of the key zone may take; times are in milliseconds. */
export const KEY_ZONE_LIMITS = {
  /** Of its own name, so that the names below it fit the DNS. */
  zoneCharacters: 150,
  /** Of a TSIG secret, in bytes (RFC 8945 §8). */
  minSecret: 16,
  /** Of the names of one message's records, unpacked: 64 KiB have room for some thousand names of ours. */
  labels: 30_000,
  /** For an answer, or the next part of it. */
  silence: 5_000,
  /** For all the changes that are sent at once, or a transfer. */
  exchange: 120_000,
  /** That a stop waits for changes on their way. */
  closing: 2_000,
  /** That public DNS may take to tell who its servers are. */
  lookup: 5_000,
  /** Domains whose changes are sent at once. */
  domainsAtOnce: 500,
  /** Domains whose changes wait one by one; with more, the whole zone is compared. */
  waiting: 10_000,
  /** Between two tries to send what the primary did not take. */
  shortestWait: 1_000,
  longestWait: 30_000,
  /** Names that an answer lists which differ. */
  listed: 1_000,
  compareInterval: HOUR,
  /** For so long after it was last heard of, a server holds the zone; and how often it is heard of. */
  lease: 3 * 60_000,
  holdInterval: 60_000,
  /** How long a name keeps the key of a domain that is no more, then that it has none, and how long its label is known. */
  retiredKey: 7 * DAY,
  retiredName: 90 * DAY,
  retiredAge: 120 * DAY,
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
  rows: 1_000,
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
  /** After which the database ends a transaction whose server does not go on with it. */
  idle: 2_000,
  /** For one migration, and for that of another server. */
  migration: 3_600_000,
  /** Between two tries to reach the database. */
  shortestWait: 50,
  longestWait: 500,
  /** Reads that share one query. */
  keysAQuery: 500,
  /** Rows of domains that are kept as they were given out. */
  rows: 5_000,
  /** How often watched accounts are looked at for events of other servers, whose hints may have been lost. */
  poll: 500,
  /** How long events are collected that other servers are told of: each time costs all of them a little. */
  hintDelay: 25,
  accountsAHint: 200,
  /** Rate limits of that many tokens, accounts and addresses are counted together with other servers, once a second. */
  keysAnExchange: 5_000,
  exchange: 1_000,
  /** How long it counts that there are webhooks, and that there are none: another server may create the first one. */
  webhooksAge: 60_000,
  noWebhooksAge: 1_000,
  /** Times of use of tokens wait so long for their way to the database. */
  tokenUse: 10_000,
  /** The checks that have been due the longest, among which accounts take turns. */
  dueChecks: 2_000,
  /** Check times that are read at once where all of them are looked through. */
  checksAPage: 20_000,
  /** More due checks than this are not counted. */
  countedDueChecks: 600_000,
  /** Of an account's events, at least these are kept, and at most twice as many. */
  keptEvents: 20_000,
} as const;

/** What an archive that is restored may hold. */
export const ARCHIVE_LIMITS = {
  files: 2_000_000,
  fileBytes: 1024 * MIB,
  /** Unpacked size as a multiple of the archive's, plus `extraBytes`. JSON compresses to a tenth. */
  expansion: 100,
  extraBytes: 64 * MIB,
} as const;

/** What the command line waits for. */
export const CLI_LIMITS = {
  /** Milliseconds for which an answer with a key is waited for, as the client waits for all others. */
  answer: 60_000,
  /** Milliseconds between two checks: well below the checks a minute that a domain may ask for. */
  waitInterval: 30_000,
  /** Minutes after which it gives up, if the command does not say otherwise. */
  waitMinutes: 60,
  /** How large the tables, settings and CSV files of an import may be together, in bytes. */
  tableBytes: 64 * MIB,
  /** How many lines, settings or cells one of them may have. */
  tableEntries: 2_000_000,
  /** How long a setting may be that says where keys are, before domains are put into it. */
  pathCharacters: 4_096,
  /** How many sections and lists of rspamd's settings may be in one another. */
  sectionDepth: 16,
  /** Keys that an import or an export has under way. */
  keysAtOnce: 8,
  /** Milliseconds that an import waits where too much was asked of the server. */
  rateLimitPause: 5_000,
  /** Milliseconds until an export that failed is tried again. */
  exportRetry: 5_000,
  /** Milliseconds that the command of `--reload` may take. */
  reload: 60_000,
} as const;
