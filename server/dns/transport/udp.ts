import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Allowance } from '../check-budget.ts';
import { isReplyTo, type Query } from '../message.ts';
import { type RawReply, unknown } from '../reply.ts';
import type { Deadline } from './deadline.ts';
import type { ServerAddress } from './server-address.ts';

/**
 * Asks over UDP, and resends every `resendAfter` ms until the deadline, because datagrams get lost.
 * Each question uses a new connected socket: its port is random (RFC 5452 §9.2), and the kernel drops datagrams from
 * other addresses and reports a closed port. Ignores messages that are not a reply to the query.
 * Takes each datagram from the allowance, and sends nothing if the first one is refused.
 */
export function askOverUdp(
  server: ServerAddress,
  query: Query,
  resendAfter: number,
  deadline: Deadline,
  allowance: Allowance,
): Promise<RawReply> {
  if (!allowance.takeDatagram()) return Promise.resolve(unknown('budget'));
  return new Promise((resolve) => {
    const socket = dgram.createSocket({
      type: isIPv6(server.address) ? 'udp6' : 'udp4',
      lookup: literalLookup,
    });
    let timer: NodeJS.Timeout | undefined;
    let sawOther = false;
    const finish = (reply: RawReply) => {
      clearInterval(timer);
      deadline.onEnd(null);
      socket.removeAllListeners();
      // Late errors are ignored: the question has ended.
      socket.on('error', () => {});
      socket.close();
      resolve(reply);
    };
    const send = () => socket.send(query.bytes);
    const resend = () => {
      if (allowance.takeDatagram()) send();
      else clearInterval(timer);
    };
    socket.on('error', () => finish(unknown('unreachable')));
    socket.on('connect', () => {
      send();
      timer = setInterval(resend, resendAfter);
    });
    socket.on('message', (bytes) => {
      if (isReplyTo(bytes, query)) finish({ kind: 'raw', bytes });
      // Bounds how much a server can send while the question is open.
      else if (allowance.takeOctets(bytes.length)) sawOther = true;
      else finish(unknown('budget'));
    });
    socket.connect(server.port, server.address);
    deadline.onEnd(() => finish(unknown(sawOther ? 'malformed' : 'timeout')));
  });
}

/** Prevents a DNS lookup by the socket: the address is a literal. */
function literalLookup(
  address: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, address, isIPv6(address) ? 6 : 4);
}
