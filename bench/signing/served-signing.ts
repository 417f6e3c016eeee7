import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestMessage } from '@letterhead/shared/message';
import { HttpClient } from '../http-client.ts';
import type { HttpCandidate } from '../http-load.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import { startProcess } from '../measured-process.ts';

/** The real server with one domain, and the ways to have a message of 50 KB signed. Nothing is looked up in the DNS. */
export interface ServedSigning {
  readonly letterhead: MeasuredProcess;
  readonly raw: HttpCandidate;
  readonly byHash: HttpCandidate;
  /** Where REST serves the domain. */
  readonly path: string;
  /** A file with the message. */
  readonly file: string;
}

const HEADERS = `From: Help desk <help@example.org>
To: Somebody <somebody@example.net>
Subject: Your question of yesterday
Date: Mon, 04 May 2026 12:00:00 +0000
Message-ID: <0123456789@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
`;

/** Starts the server in the folder; the caller disposes of it. */
export async function serveSigning(folder: { readonly path: string }): Promise<ServedSigning> {
  const environment = { SIGN_LIMIT_PER_MINUTE: '999999999' };
  const letterhead = await startLetterhead(dataFolderIn(folder), { environment });
  using client = new HttpClient(letterhead.url, TOKEN);
  const created = await client.post('/api/v1/accounts/1/domains', { domain: 'example.org' });
  const { id }: { id: number } = JSON.parse(created).data;
  const message = makeMessage();
  const file = join(folder.path, 'message.eml');
  await writeFile(file, message);
  const input = { account: 1, allow_unverified: true, ...(await digestMessage([message])) };
  const common = { server: letterhead, token: TOKEN };
  return {
    letterhead,
    raw: {
      name: 'Letterhead, the raw message over REST',
      ...common,
      path: '/api/v1/accounts/1/sign?allow_unverified=true',
      post: { body: message, type: 'message/rfc822' },
    },
    byHash: {
      name: 'Letterhead, headers and body hash over tRPC',
      ...common,
      path: '/trpc/signing.sign',
      post: { body: JSON.stringify({ json: input }), type: 'application/json' },
    },
    path: `/api/v1/accounts/1/domains/${id}`,
    file,
  };
}

/** What signs bare. */
export function startBareSigning(what: 'mailauth' | 'rsa', file: string): Promise<MeasuredProcess> {
  return startProcess({
    script: 'processes/bare-signing.ts',
    options: { what, file, privateKey: makeKey() },
  });
}

/** A server that does nothing but sign what it is sent. */
export function startFastifySigning({ path }: HttpCandidate): Promise<MeasuredProcess> {
  const options = { route: path, privateKey: makeKey() };
  return startProcess({ script: 'processes/fastify-signing.ts', options });
}

/** PEM; as long as the server's. */
function makeKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** 50 KB: half of it text with its spaces, half base64, as a small attachment has. */
function makeMessage(): Buffer {
  const text = 'The quick brown fox jumps over the lazy dog, and the dog is none the wiser.\n'.repeat(325);
  const base64 = randomBytes(18_500).toString('base64').replaceAll(/.{76}/g, '$&\n');
  return Buffer.from(`${HEADERS}\n${text}\n${base64}\n`.replaceAll('\n', '\r\n'));
}
