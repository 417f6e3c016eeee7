import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTokenSecret } from '../server/auth/token-secret.ts';
import makeKeysOnce, { KEYS_FILE } from '../test/keys-file.ts';
import type { MeasuredProcess } from './measured-process.ts';
import { startProcess } from './measured-process.ts';
import type { ServeOptions } from './serve.ts';

/** The token of the first account, with every scope: each server of a run is given it at its first start. */
export const TOKEN = makeTokenSecret();

/** Real keys, made once; they repeat from domain to domain. */
export function keysFile(): string {
  makeKeysOnce();
  return KEYS_FILE;
}

/** Settings for a server that is measured. Nothing answers at its resolver's port, and nobody else is asked. */
export function serverEnvironment(dataDir: string): Record<string, string> {
  return {
    DATA_DIR: dataDir,
    PORT: '0',
    BOOTSTRAP_TOKEN: TOKEN,
    DNS_SERVERS: '127.0.0.1:9',
    MAX_DOMAINS_PER_ACCOUNT: '10000',
    // Counted as in earnest, but never reached.
    RATE_LIMIT_PER_MINUTE: '999999999',
  };
}

export interface LetterheadOptions {
  /** Where keys come from; the file by default. */
  readonly keys?: 'file' | 'pool';
  /** Settings that differ from `serverEnvironment`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the real server on a data folder, with its log on, in a file beside the folder. */
export async function startLetterhead(
  dataDir: string,
  { keys = 'file', environment = {} }: LetterheadOptions = {},
): Promise<MeasuredProcess> {
  const log = await open(`${dataDir}.log`, 'a');
  try {
    const serve: ServeOptions = {
      environment: { ...serverEnvironment(dataDir), ...environment },
      keysFile: keys === 'file' ? keysFile() : null,
    };
    return await startProcess({ script: 'serve.ts', options: serve, stderr: log.fd });
  } catch (error) {
    throw new Error(`The server did not start: ${await readFile(`${dataDir}.log`, 'utf8')}`, {
      cause: error,
    });
  } finally {
    await log.close();
  }
}

/** The data folder of a server of its own in a temporary folder. */
export function dataFolderIn(temporaryFolder: { readonly path: string }): string {
  return join(temporaryFolder.path, 'data');
}
