import {
  type Answer,
  AUTHENTIC_DATA,
  CHECKING_DISABLED,
  DNSSEC_OK,
  decode,
  encode,
  RECURSION_DESIRED,
} from 'dns-packet';
import { DNS_LIMITS } from '../limits.ts';
import { withoutEscapes } from './name.ts';
import type { RecordType } from './outcome.ts';
import { type ResourceRecord, toRecord } from './record.ts';
import { assertDecodable } from './validate-message.ts';

export interface Question {
  /** Canonical: see `name.ts`. */
  readonly name: string;
  readonly type: RecordType;
}

/** Encoded question. */
export interface Query {
  readonly question: Question;
  readonly bytes: Buffer;
  readonly edns: boolean;
}

/** Decoded reply. */
export interface Message {
  readonly rcode: number;
  /** The AA bit: the server speaks for the zone (RFC 1035 §4.1.1). */
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  /** The AD bit: the resolver has validated the answer (RFC 4035 §3.2.3). */
  readonly validated: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, NOTAUTH: 9 };

const HEADER_LENGTH = 12;
const RESPONSE_BIT = 0x80;
const OPCODE_BITS = 0x78;

/** How a question is put. */
export interface QueryOptions {
  /** Sets the RD bit, and the AD bit, which asks a resolver for its own (RFC 6840 §5.7). */
  readonly recursive: boolean;
  /** Sets the CD bit: the resolver shall answer even if DNSSEC fails. */
  readonly checkingDisabled?: boolean;
  /** Sets the DO bit: a referral shall come with the DS records. Takes EDNS. */
  readonly dnssec?: boolean;
}

export function encodeQuery(
  question: Question,
  { id, edns, recursive, checkingDisabled, dnssec }: QueryOptions & { id: number; edns: boolean },
): Query {
  const toResolver = recursive ? RECURSION_DESIRED | AUTHENTIC_DATA : 0;
  const bytes = encode({
    type: 'query',
    id,
    flags: toResolver | (checkingDisabled ? CHECKING_DISABLED : 0),
    questions: [{ name: question.name.replaceAll('\\.', INNER_DOT), type: question.type, class: 'IN' }],
    additionals: edns ? [{ ...OPT_RECORD, flags: dnssec ? DNSSEC_OK : 0 }] : [],
  });
  if (question.name.includes('\\.')) writeInnerDots(bytes);
  return { question, bytes, edns };
}

/** Stands for a dot inside of a label while the codec cuts the name at its dots: DEL, which no name of ours has. */
const INNER_DOT = '\x7f';

function writeInnerDots(query: Buffer): void {
  const end = query.indexOf(0, HEADER_LENGTH);
  for (let at = HEADER_LENGTH; at < end; at++) if (query[at] === INNER_DOT.charCodeAt(0)) query[at] = 0x2e;
}

const OPT_RECORD = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: DNS_LIMITS.udpOctets,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} satisfies Answer;

/**
 * Whether a message answers this query: same id and same question, octet for octet but for letter case
 * (RFC 5452 §9). An error may lack the question, as from servers that could not parse it.
 */
export function isReplyTo(bytes: Buffer, { bytes: query, question }: Query): boolean {
  if (bytes.length < HEADER_LENGTH || bytes.readUInt16BE(0) !== query.readUInt16BE(0)) return false;
  const [flags = 0, rcodeBits = 0] = bytes.subarray(2, 4);
  if ((flags & RESPONSE_BIT) === 0 || (flags & OPCODE_BITS) !== 0) return false;
  const questions = bytes.readUInt16BE(4);
  if (questions === 0) return (rcodeBits & 0xf) !== RCODE.NOERROR;
  const nameEnd = HEADER_LENGTH + (question.name === '.' ? 1 : withoutEscapes(question.name).length + 2);
  const end = nameEnd + 4;
  return (
    questions === 1 &&
    bytes.length >= end &&
    lowerCase(bytes, nameEnd) === lowerCase(query, nameEnd) &&
    bytes.compare(query, nameEnd, end, nameEnd, end) === 0
  );
}

// Length octets are outside the range of letters, so lowercasing the whole name does not change them.
function lowerCase(message: Buffer, nameEnd: number): string {
  return message.toString('latin1', HEADER_LENGTH, nameEnd).toLowerCase();
}

/**
 * Decodes a reply (see `isReplyTo`) to a question of this type, skipping records that the answer does not need. Throws
 * an `Error` if it is malformed or exceeds `CHECK_LIMITS`. Modifies `bytes`.
 */
export function decodeReply(bytes: Buffer, type: RecordType): Message {
  assertDecodable(bytes, type);
  const packet = decode(bytes);
  return {
    rcode: (packet.flags ?? 0) & 0xf,
    authoritative: packet.flag_aa,
    truncated: packet.flag_tc,
    recursionAvailable: packet.flag_ra,
    validated: packet.flag_ad,
    answers: toRecords(packet.answers),
    authorities: toRecords(packet.authorities),
    additionals: toRecords(packet.additionals),
  };
}

function toRecords(answers: readonly Answer[] = []): ResourceRecord[] {
  return answers.flatMap((answer) => toRecord(answer) ?? []);
}
