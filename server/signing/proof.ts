import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Proof, SignatureProof } from '@letterhead/shared';
import { invalidField, LetterheadError } from '@letterhead/shared';
import { CheckBudget } from '../dns/check-budget.ts';
import { isQueryableName } from '../dns/name.ts';
import type { Dns, DnsCheck } from '../dns/outcome.ts';
import { errorCode } from '../errno.ts';
import { CHECK_LIMITS, PROOF_LIMITS } from '../limits.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';

/** What the worker is given; it loads nothing of the server. */
export interface ProofTask {
  readonly message: Uint8Array;
  readonly limits: Pick<typeof PROOF_LIMITS, 'signatures' | 'headerBytes' | 'addresses' | 'characters'>;
}

/** The TXT records of a name; null with the code of why not. */
export interface ProofAnswer {
  readonly name: string;
  readonly values: readonly string[] | null;
  readonly code?: 'ENOTFOUND' | 'ETIMEOUT';
}

export interface ProofQuestion {
  readonly kind: 'question';
  readonly name: string;
}

/** The worker reads no message with such a header block. */
export interface TooLongHeaders {
  readonly kind: 'too-long';
}

/** What the worker has read of a message. */
export interface ReadMessage {
  readonly kind: 'read';
  readonly from: readonly string[];
  readonly signatures: readonly ReadSignature[];
}

interface ReadSignature {
  readonly domain: string;
  readonly selector: string;
  /** As RFC 8601 §2.7.1 names it, with the library's remark. */
  readonly result: string;
  readonly comment: string;
  readonly aligned: boolean;
  readonly testing: boolean;
  /** Whether it was made with the private key of the published one, whatever it signs. Null: not known. */
  readonly isMadeWithKey: boolean | null;
}

/**
 * Judges a message as a receiver got it, in a thread of its own, with the look-ups of one check. Rejects with `invalid`
 * where it can't be judged in time.
 */
export async function proveByMail(dns: Dns, row: DomainRow, message: Uint8Array): Promise<Proof> {
  const signal = AbortSignal.timeout(CHECK_LIMITS.milliseconds);
  const check = dns.open(row.domain, { signal, owner: row.account_id, budget: new CheckBudget() });
  return toProof(row, await readMessage(check, message, signal));
}

async function readMessage(check: DnsCheck, message: Uint8Array, signal: AbortSignal): Promise<ReadMessage> {
  const worker = new Worker(new URL(`./proof-worker${extname(import.meta.url)}`, import.meta.url), {
    name: 'proof',
    execArgv: [],
    env: {},
    workerData: { message, limits: PROOF_LIMITS } satisfies ProofTask,
    resourceLimits: { maxOldGenerationSizeMb: PROOF_LIMITS.heapMiB },
  });
  const { promise, resolve, reject } = Promise.withResolvers<ReadMessage>();
  worker.on('message', (said: ProofQuestion | TooLongHeaders | ReadMessage) => {
    if (said.kind === 'read') resolve(said);
    else if (said.kind === 'too-long') reject(tooLong());
    else void lookUp(check, said.name).then((answer) => worker.postMessage(answer));
  });
  worker.once('error', (error) => reject(NOT_STARTED.has(errorCode(error)) ? notStarted() : unreadable()));
  worker.once('exit', () => reject(unreadable()));
  signal.addEventListener('abort', () => reject(unreadable()), { once: true });
  try {
    return await promise;
  } finally {
    await worker.terminate();
  }
}

async function lookUp(check: DnsCheck, name: string): Promise<ProofAnswer> {
  if (!isQueryableName(name)) return { name, values: null, code: 'ENOTFOUND' };
  const outcome = await check.askResolver(name, 'TXT');
  if (outcome.kind === 'unknown') return { name, values: null, code: 'ETIMEOUT' };
  if (outcome.kind === 'absent' || outcome.values.length === 0)
    return { name, values: null, code: 'ENOTFOUND' };
  return { name, values: outcome.values };
}

/** How a thread fails that the system has no room for, whatever the message is. */
const NOT_STARTED: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ERR_WORKER_INIT_FAILED']);

function notStarted(): LetterheadError {
  return new LetterheadError('unavailable', 'The message can’t be judged now. Try again in a moment.', {
    retryAfter: 5,
  });
}

function unreadable(): LetterheadError {
  const sentence = 'The message can’t be judged in time, or not at all. Send its source as it arrived.';
  return invalidField('message', sentence);
}

function tooLong(): LetterheadError {
  const sentence = `The header fields of the message have more than ${PROOF_LIMITS.headerBytes / 1024} KiB, which mail servers refuse. Send the source of another message.`;
  return invalidField('message', sentence);
}

function toProof(row: DomainRow, { from, signatures }: ReadMessage): Proof {
  // Mail under way was signed with the key before a rotation.
  const signing = row.keys.filter(({ state }) => state === 'active' || state === 'retiring');
  const selectors = new Set(signing.map(({ selector }) => selector));
  const judged = signatures.map((one) => {
    const ours = one.domain.toLowerCase() === row.domain && selectors.has(one.selector.toLowerCase());
    return describe(one, ours);
  });
  const proved = judged.some(({ ours, verifies, aligned }) => ours && verifies === true && aligned);
  const summary = summaryOf(row, { from: [...from], proved, signatures: judged });
  return { from: [...from], proved, summary, signatures: judged };
}

function summaryOf(row: DomainRow, { from, proved, signatures }: Omit<Proof, 'summary'>): string {
  if (proved)
    return `It works: the message is signed with the key of ${row.domain}, and the signature verifies.`;
  // What is signed always has it: without it, a signature says nothing of what happened on the way.
  if (from.length === 0)
    return 'This has no From field with an address. Take the whole source of the mail as it arrived, from its first header field on.';
  const ours = signatures.find((one) => one.ours);
  if (ours !== undefined) return ours.detail;
  return signatures.length === 0
    ? 'The message has no DKIM signature. It left without one, or something on its way has removed it.'
    : `The message is signed, but not with the key of ${row.domain}.`;
}

const VERIFIED = new Set<SignatureProof['reason']>(['ok', 'other_domain', 'test_mode']);

function describe(read: ReadSignature, ours: boolean): SignatureProof {
  const reason = reasonOf(read);
  const { domain, selector, aligned } = read;
  const verifies = reason === 'dns_failed' ? null : VERIFIED.has(reason);
  const host = `${selector}._domainkey.${domain}`;
  return { domain, selector, verifies, aligned, ours, reason, detail: DETAILS[reason](domain, host) };
}

function reasonOf({
  result,
  comment,
  aligned,
  testing,
  isMadeWithKey,
}: ReadSignature): SignatureProof['reason'] {
  if (result === 'pass') return testing ? 'test_mode' : aligned ? 'ok' : 'other_domain';
  if (result === 'temperror') return 'dns_failed';
  switch (comment) {
    case 'body hash did not verify':
      return 'body_changed';
    case 'bad signature':
      return isMadeWithKey === true ? 'header_changed' : 'other_key';
    case 'expired':
      return 'expired';
    case 'weak algorithm':
      return 'weak_algorithm';
    case 'no key':
    // Or `p=` is empty.
    case 'invalid public key':
      return 'no_key';
    default:
      return 'unreadable';
  }
}

const DETAILS: Record<SignatureProof['reason'], (domain: string, host: string) => string> = {
  ok: (domain) => `The signature of ${domain} verifies, and From has the same domain.`,
  other_domain: (domain) =>
    `The signature of ${domain} verifies, but From has another domain, so it doesn’t count for DMARC.`,
  test_mode: (_, host) =>
    `The signature verifies, but the record at ${host} has t=y: receivers may treat the message as if it weren’t signed. Remove t=y.`,
  body_changed: (domain) =>
    `The body was changed after ${domain} signed it, such as by a mailing list, a virus scanner or a footer that is added on the way.`,
  header_changed: (domain) =>
    `A header field that ${domain} signed was changed, added or removed on the way, such as the subject by a mailing list.`,
  other_key: (_, host) =>
    `The message was signed with another key than the one that is published at ${host}. Whatever signs it may still have an old key.`,
  no_key: (_, host) =>
    `There is no usable key at ${host}, so nobody can verify the signature. Publish the record.`,
  expired: (domain) =>
    `The signature of ${domain} has expired (x=). Judge the message again soon after it arrived.`,
  weak_algorithm: (domain) =>
    `The signature of ${domain} is made with rsa-sha1, which receivers refuse (RFC 8301). Set whatever signs the mail to rsa-sha256.`,
  unreadable: (domain, host) => `The signature of ${domain}, or the record at ${host}, can’t be read.`,
  dns_failed: (_, host) => `The DNS gave no answer for ${host}. Try again later.`,
};
