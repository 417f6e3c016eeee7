import { Transform } from 'node:stream';
import { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance } from 'fastify';
import type { Tokens } from '../auth/tokens.ts';
import { errorCode } from '../errno.ts';
import { BACKUP_OPERATION, BackupInputSchema } from '../rest/backup-operation.ts';
import type { AdmissionOf } from '../rest/rest-adapter.ts';
import { admittedRoute, identityOf, makeInput } from '../rest/rest-adapter.ts';
import { invalidInput } from '../router/errors.ts';
import type { OpenBackup } from '../store/backup.ts';
import type { ErrorLog } from './errors.ts';
import { cutStreamsWhenStopping } from './graceful-stop.ts';
import type { OpenStreams } from './open-streams.ts';
import { whenClosed } from './when-closed.ts';

export interface BackupRouteOptions {
  readonly admissionOf: AdmissionOf;
  readonly tokens: Pick<Tokens, 'confirm'>;
  readonly openBackup: OpenBackup;
  readonly streams: OpenStreams;
  readonly stopping: AbortSignal;
  readonly log: ErrorLog;
}

/**
 * Serves a backup as a download. Its length is not known before its end, so it goes out in chunks: one that is cut off
 * lacks the last chunk, by which every client knows.
 */
export function serveBackup(app: FastifyInstance, options: BackupRouteOptions): void {
  const { tokens, openBackup, streams, log } = options;
  const { scope } = BACKUP_OPERATION.meta;
  const cutWhenStopping = cutStreamsWhenStopping(options.stopping);
  app.route<{ Params: Record<string, string> }>({
    ...admittedRoute(options.admissionOf, BACKUP_OPERATION),
    // A HEAD would make all of a backup, and send nothing.
    exposeHeadRoute: false,
    async handler(request, reply) {
      const input = BackupInputSchema.safeParse(makeInput(BACKUP_OPERATION, request));
      if (!input.success) throw invalidInput(input.error);
      const identity = identityOf(request);
      // With it, whoever has the archive can sign for every domain.
      const withoutKey = input.data.without_key || !identity.scopes.includes('keys:read');
      whenClosed(reply.raw, streams.open(identity));
      cutWhenStopping(reply.raw);
      const backup = await openBackup({ withoutKey });
      const confirmed = confirmEach(() => tokens.confirm(identity, scope, null));
      backup.writeTo(confirmed).catch((error: unknown) => {
        if (isInternal(error))
          log.error({ request: request.id, err: error }, 'A backup could not be written.');
      });
      if (withoutKey) reply.header('letterhead-omitted', 'secret.key');
      return reply
        .header('content-disposition', 'attachment; filename="letterhead.tar.gz"')
        .header('letterhead-files', backup.files)
        .type('application/gzip')
        .send(confirmed);
    },
  });
}

/** Holds each piece back until `confirm` has resolved; ends with the error where it rejects. */
function confirmEach(confirm: () => Promise<void>): Transform {
  return new Transform({
    transform(piece, _encoding, done) {
      confirm().then(() => done(null, piece), done);
    },
  });
}

/** Whether an error is the server's own: not that the caller has gone, or has lost the right to the backup. */
function isInternal(error: unknown): boolean {
  return errorCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE' && !(error instanceof LetterheadError);
}
