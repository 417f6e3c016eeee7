import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  type Packet,
  type Question,
} from 'dns-packet';
import { overrun, pointerLoop } from './malformed.ts';
import { encode, RCODE, reply, UDP_LIMIT } from './wire.ts';

/**
 * How a server misbehaves, for all names or for one:
 * `silent` drops the question; `servfail`, `refused`, `notauth` answer so; `lame` answers NOERROR with nothing
 * and without AA; `upward` refers to the root; `wrong-id` and `wrong-question` answer another question;
 * `wrong-id-first` sends a forged answer ahead of the right one; `garbage` sends noise; `pointer-loop` a name
 * that points at itself; `overrun` a record that claims more data than there is; `truncate` sends TC over UDP;
 * `tcp-drip` sends TC, then a byte a second over TCP; `tcp-hangup` sends TC, then closes; `tcp-wrong-id` sends TC,
 * then answers another question;
 * `bogus` answers SERVFAIL unless checking is disabled, as a resolver that validates does where DNSSEC fails;
 * `servfail-first` answers SERVFAIL to the first question of a name and type; `no-soa` leaves the authority section out;
 * `no-edns` answers FORMERR to EDNS, `bad-version` BADVERS with the AA bit; `other-owner` answers with a record of another name; `drop-first` drops each question's first datagram;
 * `aa-referral` sets the AA bit on referrals, too.
 */
export type Fault =
  | 'silent'
  | 'servfail'
  | 'refused'
  | 'notauth'
  | 'lame'
  | 'upward'
  | 'wrong-id'
  | 'wrong-id-first'
  | 'wrong-question'
  | 'garbage'
  | 'pointer-loop'
  | 'overrun'
  | 'truncate'
  | 'tcp-drip'
  | 'tcp-hangup'
  | 'tcp-wrong-id'
  | 'bogus'
  | 'servfail-first'
  | 'no-soa'
  | 'no-edns'
  | 'bad-version'
  | 'other-owner'
  | 'drop-first'
  | 'aa-referral';

/** An error of EDNS, whose lower bits are those of NOERROR (RFC 6891 §6.1.3). */
const BADVERS: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: UDP_LIMIT,
  extendedRcode: 1,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/** What a server has to answer with where it does nothing wrong. */
interface Honest {
  readonly answer: (question: Question) => Packet;
  /** Whether the question is the first of its name and type. */
  readonly isFirst: () => boolean;
}

/** The answer of a server with a fault, as far as that is one of answers and not of how they are sent. */
export function respond(
  packet: DecodedPacket,
  question: Question,
  fault: Fault | null,
  { answer, isFirst }: Honest,
): Buffer {
  switch (fault) {
    case 'servfail':
    case 'refused':
    case 'notauth':
      return encode(reply(packet, question, { flags: RCODE[fault] }));
    case 'bogus':
      if (packet.flag_cd) break;
      return encode(reply(packet, question, { flags: RCODE.servfail }));
    case 'servfail-first':
      if (!isFirst()) break;
      return encode(reply(packet, question, { flags: RCODE.servfail }));
    case 'no-soa':
      return encode({ ...answer(question), authorities: [] });
    case 'no-edns':
      if (!packet.additionals?.length) break;
      return encode(reply(packet, question, { flags: RCODE.formerr }));
    case 'bad-version':
      if (!packet.additionals?.length) break;
      return encode(reply(packet, question, { flags: AUTHORITATIVE_ANSWER, additionals: [BADVERS] }));
    case 'other-owner': {
      const answers: Answer[] = [
        { type: 'TXT', name: `x.${question.name}`, ttl: 300, data: ['k=rsa;p=AAAA'] },
      ];
      return encode(reply(packet, question, { flags: AUTHORITATIVE_ANSWER, answers }));
    }
    case 'aa-referral': {
      const { flags = 0, ...sections } = answer(question);
      return encode({ ...sections, flags: flags | AUTHORITATIVE_ANSWER });
    }
    case 'lame':
      return encode(reply(packet, question, {}));
    case 'upward':
      return encode(
        reply(packet, question, {
          authorities: [{ type: 'NS', name: '.', ttl: 3600, data: 'a.root-servers.net' }],
        }),
      );
    case 'wrong-id':
    case 'tcp-wrong-id':
      return encode(forged(packet, question));
    case 'wrong-question':
      return encode(answer({ ...question, name: `other.${question.name}` }));
    case 'garbage':
      return Buffer.from('not a message of the domain name system at all');
    case 'pointer-loop':
      return pointerLoop(encode(reply(packet, question, { flags: AUTHORITATIVE_ANSWER })));
    case 'overrun':
      return overrun(encode(reply(packet, question, { flags: AUTHORITATIVE_ANSWER })));
  }
  return encode(answer(question));
}

/** What somebody who cannot see the id would send. */
export function forged(packet: Packet, question: Question): Packet {
  return reply({ ...packet, id: ((packet.id ?? 0) + 1) % 65536 }, question, {
    flags: AUTHORITATIVE_ANSWER,
    answers: [{ type: 'TXT', name: question.name, ttl: 300, data: [Buffer.from('forged')] }],
  });
}
