import type dgram from 'node:dgram';
import { once } from 'node:events';
import type net from 'node:net';
import {
  type Answer,
  AUTHENTIC_DATA,
  type DecodedPacket,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { frame } from '../../server/dns/transport/tcp.ts';
import { answerFromZones, type Cached, resolveIn } from './answers.ts';
import { bindBoth } from './bind.ts';
import { type Fault, forged, respond } from './faults.ts';
import { readFrames } from './frames.ts';
import { encode, parseQuery, type Query, reply, UDP_LIMIT, wantsDnssec } from './wire.ts';
import { canonical, deepestZone, type Records, Zone, type ZoneNames } from './zone.ts';

export interface ReceivedQuery {
  /** In lower case, without the trailing dot. */
  name: string;
  type: string;
  transport: 'udp' | 'tcp';
  /** What the asker chose: what a forger would have to guess. */
  id: number;
  port: number;
}

export interface NameServerOptions {
  /** A loopback address: Linux lets anybody bind all of 127.0.0.0/8. */
  address?: string;
  /** 0 or absent: a free one. */
  port?: number;
  zones?: Record<string, ZoneNames>;
  /** Answers as a resolver: for all its zones as one tree under an empty root, with RA and without AA. */
  recursive?: boolean;
}

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
    this.#after(this.latency, () => {
      if (fault === 'wrong-id-first') send(encode(forged(packet, question)));
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
    readFrames(connection, (message) => this.#onMessage(connection, message));
  }

  #onMessage(connection: net.Socket, message: Buffer): void {
    const query = parseQuery(message);
    if (query === undefined) return;
    const fault = this.#note(query, 'tcp', connection.remotePort ?? 0);
    if (fault === 'silent') return;
    if (fault === 'tcp-hangup') {
      connection.destroy();
      return;
    }
    this.#after(this.latency, () => {
      const framed = frame(this.#respond(query.packet, query.question, fault));
      if (fault === 'tcp-drip') this.#drip(connection, framed);
      else connection.write(framed);
    });
  }

  #drip(connection: net.Socket, bytes: Buffer): void {
    connection.write(bytes.subarray(0, 1));
    this.#after(1000, () => {
      if (bytes.length > 1 && !connection.destroyed) this.#drip(connection, bytes.subarray(1));
    });
  }

  #after(milliseconds: number, act: () => void): void {
    if (milliseconds === 0) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
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
    return respond(packet, question, fault, {
      answer: (asked) => this.#answer(packet, asked),
      isFirst: () => this.#isFirst({}, question),
    });
  }

  #answer(packet: Packet, question: Question): Packet {
    const sections = this.recursive ? resolveIn(this, question) : answerFromZones(this.zones, question);
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
}
