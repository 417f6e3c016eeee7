import {
  type Answer,
  type DecodedPacket,
  decode,
  encode as encodePlain,
  type Packet,
  type Question,
  RECURSION_DESIRED,
} from 'dns-packet';

/** Longer answers do not fit into a datagram that is never in pieces. */
export const UDP_LIMIT = 1232;

export const RCODE = { formerr: 1, servfail: 2, nxdomain: 3, refused: 5, notauth: 9 };

/** What an answer says besides the question. */
export interface Sections {
  flags?: number;
  answers?: Answer[];
  authorities?: Answer[];
  additionals?: Answer[];
}

export interface Query {
  packet: DecodedPacket;
  question: Question;
}

export function reply(packet: Packet, question: Question, { flags = 0, ...sections }: Sections): Packet {
  const recursionDesired = (packet.flags ?? 0) & RECURSION_DESIRED;
  return {
    type: 'response',
    id: packet.id ?? 0,
    flags: flags | recursionDesired,
    questions: [question],
    ...sections,
  };
}

const HEADER_OCTETS = 12;

/** A message whose codec knows no dots inside of labels: each goes through it as another octet. */
export function encode(packet: Packet): Buffer {
  const [question] = packet.questions ?? [];
  if (question?.name.includes('\\.') !== true) return encodePlain(packet);
  const hide = <Named extends { name: string }>(one: Named) => ({
    ...one,
    name: one.name.replaceAll('\\.', '\x7f'),
  });
  const { questions = [], answers = [], ...others } = packet;
  const bytes = encodePlain({ ...others, questions: questions.map(hide), answers: answers.map(hide) });
  // The header keeps its octets: an id that has this one as well would be another query's.
  const body = bytes.toString('latin1', HEADER_OCTETS).replaceAll('\x7f', '.');
  return Buffer.concat([bytes.subarray(0, HEADER_OCTETS), Buffer.from(body, 'latin1')]);
}

export function wantsDnssec({ additionals = [] }: Packet): boolean {
  return additionals.some((record) => record.type === 'OPT' && record.flag_do);
}

export function parseQuery(message: Buffer): Query | undefined {
  try {
    const packet = decode(message);
    const [question] = packet.questions ?? [];
    return question && { packet, question: { ...question, name: questionName(message) } };
  } catch {
    return undefined;
  }
}

/** The name of the question in a message, with `\.` for a dot inside of a label. */
function questionName(message: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; message[at] !== 0; at += (message[at] ?? 0) + 1) {
    labels.push(message.toString('latin1', at + 1, at + 1 + (message[at] ?? 0)).replaceAll('.', '\\.'));
  }
  return labels.length === 0 ? '.' : labels.join('.');
}
