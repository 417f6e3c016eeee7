import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ACCOUNT_LIMITS,
  ARCHIVE_LIMITS,
  CHECK_LIMITS,
  CLI_LIMITS,
  COMPRESSION_LIMITS,
  DATABASE_LIMITS,
  DNS_LIMITS,
  EVIDENCE_LIMITS,
  FILE_LIMITS,
  HTTP_LIMITS,
  KEY_LIMITS,
  KEY_ZONE_LIMITS,
  LOGO_LIMITS,
  NOTICE_LIMITS,
  PROOF_LIMITS,
  REQUEST_LIMITS,
  SIGN_LIMITS,
  WEBHOOK_LIMITS,
} from '../../server/limits.ts';
import { parseSettings } from '../../server/settings.ts';
import { HEADER_BLOCK_OCTETS } from '../../shared/message.ts';
import { URL_MAX_LENGTH } from '../../shared/webhook.ts';

const SECURITY = new URL('../../SECURITY.md', import.meta.url);

test('SECURITY.md lists the limits that the server has', () => {
  const {
    RATE_LIMIT_PER_MINUTE: rate,
    SIGN_LIMIT_PER_MINUTE: signatures,
    MAX_DOMAINS_PER_ACCOUNT: domains,
  } = parseSettings({});
  const seconds = (ms: number) => `${ms / 1000} s`;
  const kib = (bytes: number) => `${bytes / 1024} KiB`;
  const mib = (bytes: number) => `${bytes / 1024 ** 2} MiB`;
  const n = (count: number) => count.toLocaleString('en-US');
  const { headersTimeout, requestTimeout, idleTimeout, maxWaiting, readyAge } = HTTP_LIMITS;
  const rows = [
    ['**A request**', ''],
    ['headers, with path and query', '16 KiB'],
    ['the name in a Host header', '255 characters'],
    [
      'an imported private key',
      `RSA of ${n(KEY_LIMITS.minBits)} to ${n(KEY_LIMITS.maxBits)} bits, a public exponent of ${KEY_LIMITS.maxExponentBits}, ${kib(KEY_LIMITS.characters)} of text`,
    ],
    [
      'a body',
      `${kib(REQUEST_LIMITS.bodyBytes)}, and ${kib(LOGO_LIMITS.bodyBytes)} to change an account; rejected before it is read if the caller is not authorized`,
    ],
    ['fields of a form or a query; elements of a list; superjson paths', `${REQUEST_LIMITS.fields} each`],
    ['calls in a batch', `${REQUEST_LIMITS.batchCalls}, each begun in a turn of its own`],
    [
      'what a batch lists before it may call the same procedure again',
      `${n(REQUEST_LIMITS.rows)} rows or ${mib(REQUEST_LIMITS.answerBytes)}`,
    ],
    [
      'work on one answer at a stretch',
      `${REQUEST_LIMITS.stretch} ms, or ${REQUEST_LIMITS.rowsAtAStretch} rows`,
    ],
    [
      'a message to sign',
      `${mib(SIGN_LIMITS.messageBytes)}, read in turns from ${kib(SIGN_LIMITS.bytesAtOnce)} on; its header block ${kib(HEADER_BLOCK_OCTETS)}; nothing else of it is kept`,
    ],
    ['spellings of the one domain in a From field', String(SIGN_LIMITS.fromSpellings)],
    [
      'time to arrive',
      `${seconds(headersTimeout)} for the headers, ${seconds(requestTimeout)} for all of it`,
    ],
    ['a connection on which nothing moves', seconds(idleTimeout)],
    ['**An account, through all its tokens and share links**', ''],
    [
      'requests a minute',
      `${n(rate * ACCOUNT_LIMITS.rateFactor)}, and ${rate} a token (\`RATE_LIMIT_PER_MINUTE\`); each procedure of a batch counts, and each public page`,
    ],
    [
      'keys that mail servers fetch, a minute',
      `${n(signatures)}, together with signatures (\`SIGN_LIMIT_PER_MINUTE\`)`,
    ],
    [
      'imported keys that are looked for in the DNS at once',
      `${KEY_LIMITS.proofs.perOwner}, and ${KEY_LIMITS.proofs.total} of everybody`,
    ],
    [
      'messages that are proved at once',
      `${PROOF_LIMITS.underWay.perOwner}, and ${PROOF_LIMITS.underWay.total} of everybody; each of ${mib(SIGN_LIMITS.messageBytes)}, ${kib(PROOF_LIMITS.headerBytes)} of headers, ${PROOF_LIMITS.signatures} signatures and ${seconds(CHECK_LIMITS.milliseconds)} at most; the answer has ${PROOF_LIMITS.addresses} addresses, and ${PROOF_LIMITS.characters} characters of a name`,
    ],
    [
      'requests under way, until their answer is taken',
      `${ACCOUNT_LIMITS.waitingRequests}, of which ${ACCOUNT_LIMITS.unreadBodies} may have yet to send their body`,
    ],
    ['signatures a minute', `${n(signatures)} (\`SIGN_LIMIT_PER_MINUTE\`), which count for no other limit`],
    ['streams', `${ACCOUNT_LIMITS.streams}, and ${ACCOUNT_LIMITS.streamsPerToken} a token`],
    [
      'checks that are asked for, a minute',
      `${ACCOUNT_LIMITS.checksPerMinute}, and ${ACCOUNT_LIMITS.checksPerDomainPerMinute} a domain`,
    ],
    [
      'creating tokens, share links, accounts and webhooks; changing accounts and webhooks; rotating keys',
      `${ACCOUNT_LIMITS.auditedActsPerHour} an hour, ${ACCOUNT_LIMITS.auditedActsPerDay} a day, with revoking keys whose record was never found; other revoking and deleting is never refused`,
    ],
    [
      'domains a day that are imported, or get names in the key zone',
      `${n(domains * ACCOUNT_LIMITS.lastingFactor)}, twice as many as it may have`,
    ],
    [
      'keys of a domain',
      `${KEY_LIMITS.published} that are published; a record stays for ${KEY_LIMITS.retirement / 86_400_000} days after its key has signed; the ${KEY_LIMITS.revoked} latest revoked ones are looked for, and ${KEY_LIMITS.previous} earlier ones recognized`,
    ],
    ['calls that wait for a new key', String(ACCOUNT_LIMITS.waitingRequests)],
    ['domains', `${n(domains)} (\`MAX_DOMAINS_PER_ACCOUNT\`)`],
    ['tokens and share links', n(ACCOUNT_LIMITS.tokens)],
    ['a logo', `${kib(LOGO_LIMITS.bytes)}, and ${n(LOGO_LIMITS.side)} pixels a side`],
    ['**Everybody together**', ''],
    [
      'requests a minute from an address without a token of ours',
      `${rate}; an IPv6 /64 is one address, wrong tokens and 404s count`,
    ],
    ['requests that wait for their answer', `${n(maxWaiting)}; \`/health/live\` is always answered`],
    [
      'signatures handed at once to threads that files use as well',
      `${SIGN_LIMITS.threads.total}; accounts take turns`,
    ],
    [
      'private keys open in memory, to sign',
      `${n(SIGN_LIMITS.openKeys)}, for ${seconds(SIGN_LIMITS.openKeyAge)} each`,
    ],
    [
      'answers that are compressed at once',
      `${COMPRESSION_LIMITS.atOnce}, and ${COMPRESSION_LIMITS.atOncePerAccount} of an account`,
    ],
    ['how often `/health/ready` asks the store', `every ${seconds(readyAge)}`],
    ['**Webhooks**', ''],
    ['endpoints', `${WEBHOOK_LIMITS.endpoints} an account; a URL of ${n(URL_MAX_LENGTH)} characters`],
    [
      'a delivery',
      `${seconds(WEBHOOK_LIMITS.timeout)}, of the answer ${kib(WEBHOOK_LIMITS.answerBytes)} and as much of its headers, ${kib(WEBHOOK_LIMITS.answerOctets)} in all; one at a time an endpoint, and 10 attempts`,
    ],
    ['what `Retry-After` may ask for', '24 h'],
    [
      'deliveries at once',
      `${WEBHOOK_LIMITS.atOnce}, and ${WEBHOOK_LIMITS.slowAtOnce} to endpoints whose last one failed or took over ${seconds(WEBHOOK_LIMITS.slowAfter)}; ${WEBHOOK_LIMITS.newAtOnce} to new ones, and ${WEBHOOK_LIMITS.newPerAccount} an account; accounts take turns`,
    ],
    [
      'tests and repeated deliveries that callers wait for',
      `${WEBHOOK_LIMITS.requested.total}, and ${WEBHOOK_LIMITS.requested.perOwner} an account`,
    ],
    [
      'deliveries kept',
      `${WEBHOOK_LIMITS.deliveriesKept} an endpoint, with ${kib(WEBHOOK_LIMITS.answerBytesKept)} of the answer`,
    ],
    ['**Notices by mail**', ''],
    [
      'addresses',
      `${NOTICE_LIMITS.addresses} an account, given by an administrator; one that is refused gets nothing more until they are given again`,
    ],
    [
      'mails about one domain',
      `${NOTICE_LIMITS.quiet / 3_600_000} an hour to an address, of up to ${NOTICE_LIMITS.changes} changes; what is ${NOTICE_LIMITS.age / 86_400_000} days old is not told`,
    ],
    [
      'mails to confirm an address, asked for on the page of a share link',
      `${NOTICE_LIMITS.confirmationsPerLink} for a link, ${NOTICE_LIMITS.confirmationsPerAccountPerDay} a day an account, 1 a day an address; the link in it works for ${NOTICE_LIMITS.confirmable / 3_600_000} h`,
    ],
    [
      'a message',
      `${seconds(NOTICE_LIMITS.timeout)}; accounts at once: ${NOTICE_LIMITS.accountsAtOnce}; attempts for an address that is put off while others are reached: ${NOTICE_LIMITS.patience + 1}`,
    ],
    ['**One check of a domain, whatever its zone does**', ''],
    ['time', seconds(CHECK_LIMITS.milliseconds)],
    [
      'datagrams',
      `${CHECK_LIMITS.datagrams}, ${CHECK_LIMITS.adviceDatagrams} of them for advice; each resend and each TCP connection counts`,
    ],
    [
      'questions to the resolver',
      `${CHECK_LIMITS.resolverQuestions}, ${CHECK_LIMITS.adviceResolverQuestions} of them for advice`,
    ],
    [
      'answers that are decoded',
      `${kib(CHECK_LIMITS.octets)}, ${kib(CHECK_LIMITS.adviceOctets)} of them for advice; datagrams that are no replies count`,
    ],
    [
      'one DNS message',
      `${n(DNS_LIMITS.udpOctets)} octets over UDP, ${CHECK_LIMITS.recordsAMessage} records, ${n(CHECK_LIMITS.stepsAMessage)} labels, pointers and strings`,
    ],
    ['messages decoded at a stretch', String(DNS_LIMITS.decodesAtAStretch)],
    [
      'name servers asked',
      `${DNS_LIMITS.serversAZone} a zone, after ${DNS_LIMITS.referrals} referrals at most`,
    ],
    [
      'servers of the zone above that are asked for its referral',
      `${DNS_LIMITS.parentServers}, one after another, of one of the ${DNS_LIMITS.zonesAbove} names above`,
    ],
    ['TXT values at a name that are judged', `${CHECK_LIMITS.judgedValues}, ours first`],
    ['Base64 of a published key that is parsed', `${n(CHECK_LIMITS.keyCharacters)} characters`],
    ['terms of an SPF record', `${CHECK_LIMITS.spfTerms}; the look-ups of a longer one are not counted`],
    ['the TTL from which events say what caches hold', `${CHECK_LIMITS.longestTtl / 86_400_000} days`],
    [
      'what is kept of it',
      `${kib(EVIDENCE_LIMITS.bytes)}, ${EVIDENCE_LIMITS.valuesAnAnswer} values an answer`,
    ],
    ['**Checks together**', ''],
    [
      'under way',
      `${CHECK_LIMITS.underWay}, and ${CHECK_LIMITS.underWayPerAccount} an account; due ones take three quarters at most, slow ones one quarter`,
    ],
    [
      'sockets',
      `${n(DNS_LIMITS.questions)}, and ${DNS_LIMITS.questionsPerAccount} an account; to one server ${DNS_LIMITS.questionsPerServer}, and ${DNS_LIMITS.questionsPerServerPerAccount} an account`,
    ],
    ['due checks that wait in memory', n(CHECK_LIMITS.waiting)],
    ['domains remembered as slow', n(CHECK_LIMITS.slowDomains)],
    [
      'answers of a resolver that due checks share',
      `${n(DNS_LIMITS.recentAnswers)} of at most ${kib(DNS_LIMITS.recentAnswerCharacters)}, for their TTL and ${seconds(DNS_LIMITS.recentAnswerAge)} at most; none about names in the domain itself`,
    ],
    [
      'the next check of a domain',
      `at most ${CHECK_LIMITS.longestWait / 3_600_000} h ahead, whatever the clock said`,
    ],
    ['**Files**', ''],
    [
      'read at once; written at once',
      `${FILE_LIMITS.reads}, and ${FILE_LIMITS.readsPerAccount} an account, each`,
    ],
    ['buffers kept for the next file', `${FILE_LIMITS.spareBuffers} of each kind`],
    ['rows of domains kept as they were given out', n(FILE_LIMITS.rows)],
    ['a line of a log of events', `${mib(FILE_LIMITS.eventLineBytes)}; a longer one is passed over`],
    [
      'events of accounts, tokens, share links, keys and webhooks',
      `kept for ${FILE_LIMITS.auditedEventAge / 86_400_000} days; the others 8 to 16 MiB an account`,
    ],
    ['**PostgreSQL, in place of files**', ''],
    [
      'time that a call waits for the database',
      `${seconds(DATABASE_LIMITS.deadline)}, then 503; after a lost connection as much again to find out what became of a change`,
    ],
    [
      'events kept of an account',
      `the newest ${n(DATABASE_LIMITS.keptEvents)} to ${n(2 * DATABASE_LIMITS.keptEvents)}; those of accounts, tokens, share links, keys and webhooks for ${FILE_LIMITS.auditedEventAge / 86_400_000} days`,
    ],
    [
      'keys of rate limits that servers exchange',
      `${n(DATABASE_LIMITS.keysAnExchange)} every ${seconds(DATABASE_LIMITS.exchange)}`,
    ],
    ['**The key zone**', ''],
    [
      'time for its primary to answer; for all changes that are sent at once, or a transfer',
      `${seconds(KEY_ZONE_LIMITS.silence)}; ${seconds(KEY_ZONE_LIMITS.exchange)}`,
    ],
    ['names of the records in one message of its primary', `${n(KEY_ZONE_LIMITS.labels)} labels`],
    [
      'domains whose changes wait one by one',
      `${n(KEY_ZONE_LIMITS.waiting)}; with more, the whole zone is compared`,
    ],
    [
      'domains whose changes are sent at once',
      `${KEY_ZONE_LIMITS.domainsAtOnce}, in messages of at most 64 KiB`,
    ],
    [
      'time between two tries',
      `${seconds(KEY_ZONE_LIMITS.shortestWait)} to ${seconds(KEY_ZONE_LIMITS.longestWait)}; ${seconds(KEY_ZONE_LIMITS.holdInterval)} for a comparison, which is made hourly`,
    ],
    [
      'time without a word from the server that holds the zone, until another does',
      seconds(KEY_ZONE_LIMITS.lease),
    ],
    ['time for public DNS to tell who serves the zone', seconds(KEY_ZONE_LIMITS.lookup)],
    [
      'names of a domain that is gone',
      `with its keys for ${KEY_ZONE_LIMITS.retiredKey / 86_400_000} days, without for ${KEY_ZONE_LIMITS.retiredName / 86_400_000}; its label is known for ${KEY_ZONE_LIMITS.retiredAge / 86_400_000}`,
    ],
    [
      'the name of the zone; a TSIG secret',
      `at most ${KEY_ZONE_LIMITS.zoneCharacters} characters; at least ${KEY_ZONE_LIMITS.minSecret} bytes`,
    ],
    ['differences that an answer lists', n(KEY_ZONE_LIMITS.listed)],
    ['**The command line**', ''],
    [
      'a backup that is restored',
      `${n(ARCHIVE_LIMITS.files)} files, ${n(ARCHIVE_LIMITS.fileBytes / 1024 ** 3)} GiB a file, ${ARCHIVE_LIMITS.expansion} times its own size and ${mib(ARCHIVE_LIMITS.extraBytes)}`,
    ],
    [
      'tables and settings with keys that are imported',
      `${mib(CLI_LIMITS.tableBytes)} together; ${n(CLI_LIMITS.tableEntries)} lines, cells or settings each`,
    ],
  ];
  const table = rows.map(([what, bound]) => `| ${what} | ${bound} |`.replace('|  |', '| |'));
  expect(readFileSync(SECURITY, 'utf8')).toContain(['| what | bound |', '|---|---|', ...table].join('\n'));
});
