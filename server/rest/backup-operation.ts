import { z } from 'zod';
import type { RestMeta } from '../router/meta.ts';
import type { DescribedOperation } from './operations.ts';
import { placeOf } from './operations.ts';

const rest: RestMeta = { method: 'GET', path: '/backup', status: 200, contentType: 'application/gzip' };

export const BackupInputSchema = z.object({
  without_key: z
    .boolean()
    .default(false)
    .describe('Leaves out `secret.key`, the key that encrypts the private keys.'),
});

/** The download of a backup. It answers with a stream, so it is a route of its own and no procedure. */
export const BACKUP_OPERATION: DescribedOperation & { readonly meta: { readonly scope: 'admin' } } = {
  procedure: 'installation.backup',
  meta: {
    scope: 'admin',
    summary: 'Back up the installation',
    description:
      'A consistent snapshot of everything, taken while the server goes on: a tar.gz that `letterhead restore` takes. For a token that has the scope `keys:read` as well, it holds `secret.key` where the data folder does, unless `without_key` is given: the header `Letterhead-Omitted` names it where it is left out. An answer that is cut off before its last chunk is no backup.',
    rest,
  },
  input: BackupInputSchema,
  output: z.string().meta({ format: 'binary' }),
  ...placeOf(rest),
};
