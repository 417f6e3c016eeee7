import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';

/** The real server with one domain, and that domain as it serves it. */
export interface ServedDomain {
  readonly letterhead: MeasuredProcess;
  /** Where REST serves it. */
  readonly path: string;
  readonly id: number;
  /** A file with the bytes that REST answers. */
  readonly file: string;
}

/** Starts the server in the folder; the caller disposes of it. */
export async function serveOneDomain(folder: { readonly path: string }): Promise<ServedDomain> {
  const letterhead = await startLetterhead(dataFolderIn(folder));
  using client = new HttpClient(letterhead.url, TOKEN);
  const created = await client.post('/api/v1/accounts/1/domains', { domain: 'mail.example.org' });
  const { id }: { id: number } = JSON.parse(created).data;
  const path = `/api/v1/accounts/1/domains/${id}`;
  const file = join(folder.path, 'domain.json');
  await writeFile(file, await client.get(path));
  return { letterhead, path, id, file };
}
