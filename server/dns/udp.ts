import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Allowance } from './check-budget.ts';
import type { Deadline } from './deadline.ts';
import { isReplyTo, type Query } from './message.ts';
import { type RawReply, unknown } from './reply.ts';
import type { ServerAddress } from './server-address.ts';

/**
 * Asks over UDP, and again every `resendAfter` ms until the deadline, for datagrams get lost.
 * Each question has a socket of its own: the port is random (RFC 5452 §9.2), and as it is connected, the kernel
 * drops what comes from elsewhere and tells when nobody listens there. What is no reply to the query is ignored.
 * Each datagram is taken from the allowance: without a first one nothing is asked.
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
      // Errors that are still on their way have nobody to tell.
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
      // Or a server could send as many as it likes for as long as the question takes.
      else if (allowance.takeOctets(bytes.length)) sawOther = true;
      else finish(unknown('budget'));
    });
    socket.connect(server.port, server.address);
    deadline.onEnd(() => finish(unknown(sawOther ? 'malformed' : 'timeout')));
  });
}

/** The address is one already: nothing is to be looked up. */
function literalLookup(
  address: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, address, isIPv6(address) ? 6 : 4);
}
