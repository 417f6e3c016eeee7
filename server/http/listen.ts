import { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance } from 'fastify';
import { errorCode } from '../errno.ts';
import { ACCEPT_BACKLOG } from '../limits.ts';
import { SettingsError } from '../settings.ts';

/**
 * Listens and resolves to the address that the app is reached at. Rejects with a sentence that says what to set:
 * `SettingsError` where the host is none of this machine's, `unavailable` where the port is not to be had.
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port, backlog: ACCEPT_BACKLOG });
  } catch (error) {
    throw cannotListen(host, port, error);
  }
  const address = app.server.address();
  if (typeof address !== 'object' || address === null)
    throw new Error('The server does not listen on a port.');
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

function cannotListen(host: string, port: number, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return unavailable(
        `Port ${port} of ${host} is in use. Stop what listens there, or set PORT to another one.`,
      );
    case 'EACCES':
      return unavailable(
        `Port ${port} of ${host} may not be listened on by this user. Set PORT to one above 1023.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new SettingsError(
        `The setting HOST cannot be used: ${host} is no address of this machine. Give one that is, such as 127.0.0.1, or 0.0.0.0 for all.`,
      );
    default:
      return error;
  }
}

function unavailable(message: string): LetterheadError {
  return new LetterheadError('unavailable', message);
}
