import type dgram from 'node:dgram';
import { once } from 'node:events';
import type net from 'node:net';
import {
  type Answer,
  AUTHENTIC_DATA,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode as encodePlain,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { bindBoth } from './bind.ts';
import { overrun, pointerLoop } from './malformed.ts';
import { canonical, deepestZone, type Records, Zone, type ZoneNames } from './zone.ts';

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
 * `no-edns` answers FORMERR to EDNS; `drop-first` drops each question's first datagram.
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
  | 'drop-first';

export interface ReceivedQuery {
  /** In lower case, without the trailing dot. */
  name: string;
  type: string;
  transport: 'udp' | 'tcp';
  /** What the asker chose: what a forger would have to guess. */
  id: number;
  port: number;
}

/** What a recursive server holds in its cache, whatever the zones say by now. */
export type Cached = Records | { negative: 'nxdomain' | 'nodata'; ttl: number; minimum?: number };

export interface NameServerOptions {
  /** A loopback address: Linux lets anybody bind all of 127.0.0.0/8. */
  address?: string;
  /** 0 or absent: a free one. */
  port?: number;
  zones?: Record<string, ZoneNames>;
  /** Answers as a resolver: for all its zones as one tree under an empty root, with RA and without AA. */
  recursive?: boolean;
}

const RCODE = { noerror: 0, formerr: 1, servfail: 2, nxdomain: 3, refused: 5, notauth: 9 };
const UDP_LIMIT = 1232;

/** A name server on loopback, over UDP and TCP on one port, that can be made to misbehave. */
export class NameServer implements AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly recursive: boolean;
  readonly zones = new Map<string, Zone>();
  /** A resolver's cache, by name; see `Cached`. */
  readonly cache = new Map<string, Cached>();
  /** Every question that arrived, in order. */
  readonly queries: ReceivedQuery[] = [];
  /** What the server does wrong for every name. */
  fault: Fault | null = null;
  /** What it does wrong for a name; goes before `fault`. */
  readonly faults = new Map<string, Fault>();
  /** How long every answer takes, in milliseconds. */
  latency = 0;
  /** A resolver that remembers every negative answer it gave, until `cache.clear()`. */
  remembersAbsence = false;
  /** A resolver that says of each answer that it has validated it. */
  validates = false;
  /** Sends the addresses of name servers along with their names. */
  sendsAddresses = false;
  readonly #udp: dgram.Socket;
  readonly #tcp: net.Server;
  readonly #connections = new Set<net.Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #dropped = new Set<string>();

  private constructor(udp: dgram.Socket, tcp: net.Server, recursive: boolean) {
    const { address, port } = udp.address();
    this.address = address;
    this.port = port;
    this.recursive = recursive;
    this.#udp = udp;
    this.#tcp = tcp;
    udp.on('message', (message, peer) => this.#onDatagram(message, peer));
    udp.on('error', () => {});
    tcp.on('connection', (connection) => this.#onConnection(connection));
  }

  static async start(options: NameServerOptions = {}): Promise<NameServer> {
    const address = options.address ?? '127.0.0.1';
    const [udp, tcp] = await bindBoth(address, options.port ?? 0);
    const server = new NameServer(udp, tcp, options.recursive ?? false);
    for (const [apex, names] of Object.entries(options.zones ?? {})) server.serve(apex, names);
    return server;
  }

  /** Adds a zone, or replaces it. */
  serve(apex: string, names: ZoneNames = {}): Zone {
    const zone = new Zone(apex, names);
    this.zones.set(zone.apex, zone);
    return zone;
  }

  /** Sets the records at a full name, in the deepest zone here that holds it; null takes them away. */
  publish(name: string, records: Records | null): void {
    const full = canonical(name);
    const zone = deepestZone(this.zones, full);
    if (zone === undefined) throw new Error(`no zone here holds ${name}`);
    zone.set(full === zone.apex ? '@' : full.slice(0, full.length - zone.apex.length - 1), records);
  }

  /** The questions for a name, of one type or of any. */
  queriesFor(name: string, type?: string): ReceivedQuery[] {
    return this.queries.filter(
      (query) => query.name === canonical(name) && (type ?? query.type) === query.type,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const connection of this.#connections) connection.destroy();
    const closed = [once(this.#udp, 'close'), once(this.#tcp, 'close')];
    this.#udp.close();
    this.#tcp.close();
    await Promise.all(closed);
  }

  #onDatagram(message: Buffer, peer: dgram.RemoteInfo): void {
    const query = parseQuery(message);
    if (query === undefined) return;
    const { packet, question } = query;
    const fault = this.#note(query, 'udp', peer.port);
    const send = (bytes: Buffer) => this.#udp.send(bytes, peer.port, peer.address);
    if (fault === 'silent' || (fault === 'drop-first' && this.#isFirst(packet, question))) return;
    this.#later(() => {
      if (fault === 'wrong-id-first') send(encode(this.#forged(packet, question)));
      const answer = this.#respond(packet, question, fault);
      const limit = packet.additionals?.some((record) => record.type === 'OPT') ? UDP_LIMIT : 512;
      const truncated = fault === 'truncate' || fault?.startsWith('tcp-') || answer.length > limit;
      // The C library takes an empty answer without RA for that of a server that is not responsible.
      const flags = TRUNCATED_RESPONSE | (this.recursive ? RECURSION_AVAILABLE : 0);
      send(truncated ? encode(reply(packet, question, { flags })) : answer);
    });
  }

  #onConnection(connection: net.Socket): void {
    this.#connections.add(connection);
    connection.on('close', () => this.#connections.delete(connection));
    connection.on('error', () => {});
    let received = Buffer.alloc(0);
    connection.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        this.#onFrame(connection, received.subarray(2, end));
        received = received.subarray(end);
      }
    });
  }

  #onFrame(connection: net.Socket, message: Buffer): void {
    const query = parseQuery(message);
    if (query === undefined) return;
    const fault = this.#note(query, 'tcp', connection.remotePort ?? 0);
    if (fault === 'silent') return;
    if (fault === 'tcp-hangup') {
      connection.destroy();
      return;
    }
    this.#later(() => {
      const answer = this.#respond(query.packet, query.question, fault);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      const frame = Buffer.concat([length, answer]);
      if (fault === 'tcp-drip') this.#drip(connection, frame);
      else connection.write(frame);
    });
  }

  #drip(connection: net.Socket, frame: Buffer): void {
    connection.write(frame.subarray(0, 1));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (frame.length > 1 && !connection.destroyed) this.#drip(connection, frame.subarray(1));
    }, 1000);
    this.#timers.add(timer);
  }

  #later(act: () => void): void {
    if (this.latency === 0) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, this.latency);
    this.#timers.add(timer);
  }

  #note({ packet, question }: Query, transport: 'udp' | 'tcp', port: number): Fault | null {
    const name = canonical(question.name);
    this.queries.push({ name, type: question.type, transport, id: packet.id ?? 0, port });
    return this.faults.get(name) ?? this.fault;
  }

  #isFirst(packet: Pick<Packet, 'id'>, question: Question): boolean {
    const key = `${packet.id} ${question.name} ${question.type}`;
    if (this.#dropped.has(key)) return false;
    this.#dropped.add(key);
    return true;
  }

  #respond(packet: DecodedPacket, question: Question, fault: Fault | null): Buffer {
    switch (fault) {
      case 'servfail':
      case 'refused':
      case 'notauth':
        return encode(reply(packet, question, { flags: RCODE[fault] }));
      case 'bogus':
        if (packet.flag_cd) break;
        return encode(reply(packet, question, { flags: RCODE.servfail }));
      case 'servfail-first':
        if (!this.#isFirst({}, question)) break;
        return encode(reply(packet, question, { flags: RCODE.servfail }));
      case 'no-soa':
        return encode({ ...this.#answer(packet, question), authorities: [] });
      case 'no-edns':
        if (!packet.additionals?.length) break;
        return encode(reply(packet, question, { flags: RCODE.formerr }));
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
        return encode(this.#forged(packet, question));
      case 'wrong-question':
        return encode(this.#answer(packet, { ...question, name: `other.${question.name}` }));
      case 'garbage':
        return Buffer.from('not a message of the domain name system at all');
      case 'pointer-loop':
        return pointerLoop(encode(reply(packet, question, { flags: AUTHORITATIVE_ANSWER })));
      case 'overrun':
        return overrun(encode(reply(packet, question, { flags: AUTHORITATIVE_ANSWER })));
    }
    return encode(this.#answer(packet, question));
  }

  /** What somebody who cannot see the id would send. */
  #forged(packet: Packet, question: Question): Packet {
    return reply({ ...packet, id: ((packet.id ?? 0) + 1) % 65536 }, question, {
      flags: AUTHORITATIVE_ANSWER,
      answers: [{ type: 'TXT', name: question.name, ttl: 300, data: [Buffer.from('forged')] }],
    });
  }

  #answer(packet: Packet, question: Question): Packet {
    const sections = this.recursive ? this.#resolve(question) : this.#answerFromZones(question);
    if (!wantsDnssec(packet))
      sections.authorities = sections.authorities?.filter(({ type }) => type !== 'DS') ?? [];
    if (this.validates) sections.flags = (sections.flags ?? 0) | AUTHENTIC_DATA;
    if (this.sendsAddresses) sections.additionals ??= this.#addressesFor(sections.answers ?? []);
    return reply(packet, question, sections);
  }

  #addressesFor(answers: readonly Answer[]): Answer[] {
    const servers = answers.flatMap((record) => (record.type === 'NS' ? canonical(record.data) : []));
    return servers.flatMap((server) => deepestZone(this.zones, server)?.addresses(server) ?? []);
  }

  #answerFromZones(question: Question): Sections {
    const answers: Answer[] = [];
    let name = canonical(question.name);
    for (let hops = 0; hops < 8; hops++) {
      const zone = deepestZone(this.zones, name);
      if (zone === undefined) break;
      const found = zone.answer(name, question.type);
      switch (found.kind) {
        case 'answer':
          return { flags: AUTHORITATIVE_ANSWER, answers: [...answers, ...found.records] };
        case 'alias':
          answers.push(...found.records);
          name = found.target;
          continue;
        case 'referral':
          if (answers.length > 0) return { flags: AUTHORITATIVE_ANSWER, answers };
          return { authorities: found.authorities, additionals: found.glue };
        default:
          return {
            flags: AUTHORITATIVE_ANSWER | (found.kind === 'nxdomain' ? RCODE.nxdomain : 0),
            answers,
            authorities: [found.soa],
          };
      }
    }
    return answers.length > 0 ? { flags: AUTHORITATIVE_ANSWER, answers } : { flags: RCODE.refused };
  }

  #resolve(question: Question): Sections {
    const answers: Answer[] = [];
    let name = canonical(question.name);
    for (let hops = 0; hops < 12; hops++) {
      const found = this.#lookUp(name, question.type);
      switch (found.kind) {
        case 'answer':
          return { flags: RECURSION_AVAILABLE, answers: [...answers, ...found.records] };
        case 'alias':
          answers.push(...found.records);
          name = found.target;
          continue;
        case 'referral':
          return { flags: RECURSION_AVAILABLE | RCODE.servfail };
        default:
          return {
            flags: RECURSION_AVAILABLE | (found.kind === 'nxdomain' ? RCODE.nxdomain : 0),
            answers,
            authorities: [found.soa],
          };
      }
    }
    return { flags: RECURSION_AVAILABLE | RCODE.servfail, answers };
  }

  #lookUp(name: string, type: string) {
    const cached = this.cache.get(name);
    if (cached !== undefined) return fromCache(name, type, cached);
    const zone = deepestZone(this.zones, name) ?? new Zone('');
    const found = zone.answer(name, type);
    if (this.remembersAbsence && (found.kind === 'nxdomain' || found.kind === 'nodata')) {
      this.cache.set(name, { negative: found.kind, ...zone.soa });
    }
    return found;
  }
}

interface Sections {
  flags?: number;
  answers?: Answer[];
  authorities?: Answer[];
  additionals?: Answer[];
}

interface Query {
  packet: DecodedPacket;
  question: Question;
}

function reply(packet: Packet, question: Question, { flags = 0, ...sections }: Sections): Packet {
  const recursionDesired = (packet.flags ?? 0) & RECURSION_DESIRED;
  return {
    type: 'response',
    id: packet.id ?? 0,
    flags: flags | recursionDesired,
    questions: [question],
    ...sections,
  };
}

function fromCache(name: string, type: string, cached: Cached) {
  if (!('negative' in cached)) return new Zone(name, { '@': cached }).answer(name, type);
  const zone = new Zone('');
  zone.soa = { ttl: cached.ttl, minimum: cached.minimum ?? cached.ttl };
  return { kind: cached.negative, soa: zone.soaRecord() } as const;
}

/** The name of the question in a message, with `\.` for a dot inside of a label. */
function questionName(message: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; message[at] !== 0; at += (message[at] ?? 0) + 1) {
    labels.push(message.toString('latin1', at + 1, at + 1 + (message[at] ?? 0)).replaceAll('.', '\\.'));
  }
  return labels.length === 0 ? '.' : labels.join('.');
}

/** A message whose codec knows no dots inside of labels: each goes through it as another octet. */
function encode(packet: Packet): Buffer {
  const [question] = packet.questions ?? [];
  if (question?.name.includes('\\.') !== true) return encodePlain(packet);
  const hide = <Named extends { name: string }>(one: Named) => ({
    ...one,
    name: one.name.replaceAll('\\.', '\x7f'),
  });
  const { questions = [], answers = [], ...others } = packet;
  const bytes = encodePlain({ ...others, questions: questions.map(hide), answers: answers.map(hide) });
  return Buffer.from(bytes.toString('latin1').replaceAll('\x7f', '.'), 'latin1');
}

function wantsDnssec({ additionals = [] }: Packet): boolean {
  return additionals.some((record) => record.type === 'OPT' && record.flag_do);
}

function parseQuery(message: Buffer): Query | undefined {
  try {
    const packet = decode(message);
    const [question] = packet.questions ?? [];
    return question && { packet, question: { ...question, name: questionName(message) } };
  } catch {
    return undefined;
  }
}
