import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

/** A UDP socket and a TCP server on one port of an address; a free port where it is 0. */
export async function bindBoth(address: string, port: number): Promise<[dgram.Socket, net.Server]> {
  for (let attempt = 0; ; attempt++) {
    // Below the range that outgoing sockets take their ports from, so that none of them is in the way.
    const candidate = port === 0 ? 20_000 + Math.floor(Math.random() * 10_000) : port;
    try {
      return await bindAt(address, candidate);
    } catch (error) {
      if (port !== 0 || attempt === 20) throw error;
    }
  }
}

async function bindAt(address: string, port: number): Promise<[dgram.Socket, net.Server]> {
  const udp = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  const tcp = net.createServer();
  try {
    udp.bind(port, address);
    await once(udp, 'listening');
    tcp.listen(port, address);
    await once(tcp, 'listening');
    return [udp, tcp];
  } catch (error) {
    udp.close();
    tcp.close();
    throw error;
  }
}
