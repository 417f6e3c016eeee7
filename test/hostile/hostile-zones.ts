import { AUTHORITATIVE_ANSWER } from 'dns-packet';
import { answerTo, compressedNames, fanOut, manyTxt, overTcp, silence } from '../dns/hostile-answers.ts';
import type { HostileHandler } from '../dns/hostile-server.ts';
import type { ZoneNames } from '../dns/zone.ts';
import { Zone } from '../dns/zone.ts';

/** A zone with hostile name servers. */
export interface HostileZone {
  readonly apex: string;
  /** Zones of an honest resolver that lead to it and its name servers. */
  readonly resolverZones: Readonly<Record<string, ZoneNames>>;
  readonly addresses: readonly string[];
  readonly handler: HostileHandler;
  /** Name of a domain in it. */
  domain(number: number): string;
}

const NXDOMAIN = 3;

/** Beginning of every RSA-2048 key, in base64. */
const KEY_HEAD = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA';

const FLOOD = floodValues();

export const SILENT_ZONE = hostileZone('silent.example', ['127.0.3.1', '127.0.3.2'], silence);

/** Zones of requested checks. */
export const HOSTILE_ZONES: readonly HostileZone[] = [
  txtFlood('txt.example', ['127.0.4.1']),
  txtFlood('txt-eight.example', addresses('127.0.5', 8)),
  hostileZone(
    'bomb.example',
    addresses('127.0.6', 4),
    overTcp((query) => compressedNames(query)),
  ),
  hostileZone(
    'bomb-udp.example',
    addresses('127.0.7', 4),
    overTcp((query) => compressedNames(query, 60_000), true),
  ),
  fanOutZone('fan.example'),
  mutatedZone('mutated.example', addresses('127.0.8', 2)),
];

export function allHostileZones(): readonly HostileZone[] {
  return [SILENT_ZONE, ...HOSTILE_ZONES];
}

function addresses(network: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${network}.${i + 1}`);
}

/** Every name exists in it, so that a check gets as far as its name servers. */
function hostileZone(apex: string, servers: readonly string[], handler: HostileHandler): HostileZone {
  return {
    apex,
    resolverZones: { [apex]: namesOf(apex, servers) },
    addresses: servers,
    handler,
    domain: (number) => `h${number}.${apex}`,
  };
}

function namesOf(apex: string, servers: readonly string[]): ZoneNames {
  const hosts = servers.map((address, i) => [`ns${i + 1}`, { A: [address] }] as const);
  return {
    '@': { NS: hosts.map(([host]) => `${host}.${apex}`) },
    '*': { TXT: ['-'] },
    ...Object.fromEntries(hosts),
  };
}

/**
 * 2,000 values where the key is: beginnings of it, no two alike, and pieces by which each beginning can go on. As many
 * characters as are judged, and no more.
 */
function txtFlood(apex: string, servers: readonly string[]): HostileZone {
  const zone = new Zone(apex, namesOf(apex, servers));
  const flood = overTcp((query) => manyTxt(query, FLOOD.length, (i) => FLOOD[i] ?? ''));
  return hostileZone(apex, servers, (query, transport) =>
    query.name.includes('._domainkey.') ? flood(query, transport) : honest(zone)(query, transport),
  );
}

function floodValues(): string[] {
  const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const tags = letters.flatMap((one) => letters.map((other) => one + other));
  const pieces = KEY_HEAD.match(/../g) ?? [];
  return [...pieces.slice(1), ...tags.slice(0, 2000).map((tag) => `p=${pieces[0]};${tag}=`)];
}

function honest(zone: Zone): HostileHandler {
  return (query) => {
    const found = zone.answer(query.name, query.type);
    switch (found.kind) {
      case 'answer':
        return [answerTo(query, { answers: found.records })];
      case 'nxdomain':
        return [answerTo(query, { flags: AUTHORITATIVE_ANSWER | NXDOMAIN, authorities: [found.soa] })];
      case 'nodata':
        return [answerTo(query, { authorities: [found.soa] })];
      default:
        return null;
    }
  };
}

/** Correct answers with an octet changed or the end cut off, each in another place. */
function mutatedZone(apex: string, servers: readonly string[]): HostileZone {
  const answer = honest(new Zone(apex, namesOf(apex, servers)));
  let count = 0;
  return hostileZone(apex, servers, (query, transport) =>
    (answer(query, transport) ?? []).map((message) => {
      count += 1;
      const at = 2 + (count % (message.length - 2));
      if (count % 7 === 0) return message.subarray(0, at);
      message.writeUInt8((count * 31) % 256, at);
      return message;
    }),
  );
}

/** Each server refers to eight others, five times, for names that are deep enough. */
function fanOutZone(top: string): HostileZone {
  const fan = fanOut(top);
  return {
    apex: top,
    resolverZones: {
      [top]: { '@': { NS: [...fan.nameServers] }, '*': { TXT: ['-'] } },
      [fan.apex]: fan.names,
    },
    addresses: fan.addresses,
    handler: fan.handler,
    domain: (number) => `h${number}.a.b.c.${top}`,
  };
}
