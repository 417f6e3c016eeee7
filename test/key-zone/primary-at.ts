import { randomBytes } from 'node:crypto';
import { Primary, type PrimaryOptions } from '../../server/key-zone/primary.ts';
import type { ZoneServer } from './zone-server.ts';

export const ZONE = 'keys.example';
export const TSIG = { name: 'letterhead', algorithm: 'hmac-sha256', secret: randomBytes(32) } as const;
/** The same, as a `ZoneServer` takes it. */
export const SERVER_TSIG = { ...TSIG, secret: TSIG.secret.toString('base64') };
export const NEVER = new AbortController().signal;

/** The way to a server of the zone, as the product goes it. */
export function primaryAt(
  { address: host, port }: ZoneServer,
  options: Partial<PrimaryOptions> = {},
): Primary {
  return new Primary({
    server: { host, port },
    zone: ZONE,
    tsig: TSIG,
    clock: () => new Date(),
    random: randomBytes,
    ...options,
  });
}
