/// <reference path="./undici.d.ts" />
import { subscribe } from 'node:diagnostics_channel';
import { Resolver } from 'node:dns/promises';
import { isIP, Socket } from 'node:net';
import type { buildConnector } from 'undici';
import connectorOf from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { isPublicUnicast } from '../dns/public-address.ts';
import type { ServerAddress } from '../dns/transport/server-address.ts';
import { errorCode } from '../errno.ts';
import { WEBHOOK_LIMITS } from '../limits.ts';
import { AddressError, AnswerError } from './exchange.ts';

interface AgentOptions {
  readonly resolvers: readonly ServerAddress[];
  readonly allowPrivate: boolean;
}

interface FoundAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * What sends to public addresses alone, one request at a time over each connection. Over HTTP/1.1: of HTTP/2, nothing
 * bounds what is read of frames that are no answer.
 */
export function createAgent(options: AgentOptions): Agent {
  return new Agent({
    connect: createConnector(options),
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: WEBHOOK_LIMITS.answerBytes,
  });
}

/**
 * Connects to public addresses alone: looks a host up, and connects to what that found, without asking again. The look-up
 * is c-ares, not the system's, which would hold one of the few threads that files need as well.
 */
function createConnector({ resolvers, allowPrivate }: AgentOptions): buildConnector.connector {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers(
    resolvers.map(({ address, port }) =>
      isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`,
    ),
  );
  const isAllowed = (address: string) => allowPrivate || isPublicUnicast(address);
  const connect = connectorOf({
    allowH2: false,
    timeout: WEBHOOK_LIMITS.timeout,
    lookup: (host, _options, done) => {
      findAddresses(resolver, host, isAllowed).then(
        (found) => done(null, found),
        (error) => done(error, []),
      );
    },
  });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0 && !isAllowed(host)) callback(notPublic(host, [host]), null);
    else
      connect(options, (...opened) => {
        if (opened[0] === null) boundAnswers(opened[1]);
        callback(...opened);
      });
  };
}

/** How many octets each connection had brought when it was last asked something. */
const octetsBefore = new WeakMap<Socket, number>();

subscribe('undici:client:sendHeaders', (sent) => {
  if (typeof sent === 'object' && sent !== null && 'socket' in sent && sent.socket instanceof Socket)
    octetsBefore.set(sent.socket, sent.socket.bytesRead);
});

/**
 * Ends the connection of an answer that goes on and on, in its body or in what undici counts nowhere: interim answers,
 * extensions of chunks, trailers, empty lines.
 */
function boundAnswers(socket: Socket): void {
  socket.on('readable', () => {
    const octets = socket.bytesRead - (octetsBefore.get(socket) ?? 0);
    if (octets > WEBHOOK_LIMITS.answerOctets) socket.destroy(new AnswerError('Its answer is too long.'));
  });
}

/** Rejects with `AddressError` where the host has none, or none that may be connected to. */
async function findAddresses(
  resolver: Resolver,
  host: string,
  isAllowed: (address: string) => boolean,
): Promise<FoundAddress[]> {
  const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found: FoundAddress[] = [
    ...valuesOf(ipv4).map((address) => ({ address, family: 4 as const })),
    ...valuesOf(ipv6).map((address) => ({ address, family: 6 as const })),
  ];
  if (found.length === 0) {
    const isKnown = [ipv4, ipv6].every(isAbsent);
    throw new AddressError(
      isKnown ? `DNS knows no address of ${host}.` : `The DNS gave no answer for the address of ${host}.`,
    );
  }
  const allowed = found.filter(({ address }) => isAllowed(address));
  if (allowed.length === 0)
    throw notPublic(
      host,
      found.map(({ address }) => address),
    );
  return allowed;
}

function valuesOf(outcome: PromiseSettledResult<string[]>): string[] {
  return outcome.status === 'fulfilled' ? outcome.value : [];
}

function isAbsent(outcome: PromiseSettledResult<string[]>): boolean {
  const code = outcome.status === 'rejected' ? errorCode(outcome.reason) : 'ENODATA';
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

function notPublic(host: string, addresses: readonly string[]): AddressError {
  const some = addresses.slice(0, WEBHOOK_LIMITS.addressesNamed).join(', ');
  const more = addresses.length > WEBHOOK_LIMITS.addressesNamed ? ' and others' : '';
  const what = addresses.length === 1 && addresses[0] === host ? host : `${host} is ${some}${more}, which`;
  return new AddressError(`${what} is not a public address.`);
}
