import { z } from 'zod';

/** What a backup is sent as: a tar.gz in pieces. A second `begin` means that all before it is to be forgotten. */
export const BackupItemSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begin'), files: z.int().describe('How many files the archive will hold.') }),
  z.object({
    kind: z.literal('piece'),
    base64: z.string(),
    files: z.int().describe('How many files are in what was sent so far.'),
  }),
  z.object({ kind: z.literal('end'), bytes: z.int().describe('How long the archive is.') }),
]);

export type BackupItem = z.infer<typeof BackupItemSchema>;
