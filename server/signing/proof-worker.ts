import { constants, publicDecrypt } from 'node:crypto';
import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import type { ProofAnswer, ProofQuestion, ProofTask, ReadMessage, TooLongHeaders } from './proof.ts';

/** Judges one message. Its thread has no network: the DNS is asked by the thread that started it. */

const LF = 0x0a;
const CR = 0x0d;

const waiting = new Map<string, (answer: ProofAnswer) => void>();
parentPort?.on('message', (answer: ProofAnswer) => waiting.get(answer.name)?.(answer));

function tell(message: ProofQuestion | TooLongHeaders | ReadMessage): void {
  parentPort?.postMessage(message);
}

async function lookUp(name: string): Promise<string[][]> {
  const answer = await new Promise<ProofAnswer>((resolve) => {
    waiting.set(name, resolve);
    tell({ kind: 'question', name });
  });
  // As Node's own resolver says it.
  if (answer.values === null) throw Object.assign(new Error(answer.code), { code: answer.code });
  return answer.values.map((value) => [value]);
}

/** Renames the signatures that are too many, which leaves the others as they are. A colon may stand in the next line. */
function withoutExcess(head: string): string {
  let count = 0;
  return head.replaceAll(/(?<![^\n])DKIM-Signature[ \t\r\n]*:/gi, (field) => {
    count += 1;
    return count > limits.signatures ? `X-${field}` : field;
  });
}

/** With CRLF for each LF: the library would take every LF alone for the end of a piece, and keep millions of them. */
function withCrlf(octets: Uint8Array): Buffer {
  const lines = Buffer.allocUnsafe(2 * octets.length);
  let length = 0;
  let before = 0;
  for (const octet of octets) {
    if (octet === LF && before !== CR) lines[length++] = CR;
    lines[length++] = octet;
    before = octet;
  }
  return lines.subarray(0, length);
}

/** Whether a signature was made with the private key of this public one, whatever it signs. Null: not known. */
function isMadeWith(publicKey: string | undefined, signature: string | undefined): boolean | null {
  if (publicKey === undefined || signature === undefined) return null;
  try {
    publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(signature, 'base64'));
    return true;
  } catch {
    return false;
  }
}

/** A file that an editor has saved may begin with a byte order mark or empty lines, and no message does. */
function fromFirstField(text: string): string {
  return text.replace(/^(?:\xef\xbb\xbf)?\s*/, '');
}

/** A message is much longer than the answer may be. */
function clip(text: string): string {
  return text.slice(0, limits.characters);
}

async function read(head: string, rest: string): Promise<ReadMessage> {
  const octets = withCrlf(Buffer.from(withoutExcess(head) + rest, 'latin1'));
  // In one piece, for the library joins each piece with the lines before it that have not ended.
  const { headerFrom, results } = await dkimVerify(Readable.from([octets]), {
    resolver: (name: string) => lookUp(name),
    // RFC 8301 §3.1.
    rejectRsaSha1: true,
  });
  return {
    kind: 'read',
    from: [...new Set(headerFrom)].slice(0, limits.addresses).map(clip),
    signatures: results.flatMap(({ signingDomain, selector, status, publicKey, signature }) =>
      signingDomain === undefined || selector === undefined
        ? []
        : [
            {
              domain: clip(signingDomain),
              selector: clip(selector),
              result: status.result,
              comment: status.comment ?? '',
              aligned: typeof status.aligned === 'string',
              testing: status.testing === true,
              isMadeWithKey: isMadeWith(publicKey, signature),
            },
          ],
    ),
  };
}

// The thread that started this one has the type.
const { message, limits } = workerData as ProofTask;
const text = fromFirstField(Buffer.from(message).toString('latin1'));
const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
// Before anything is made of the headers: where one array is too large for its thread, V8 ends the whole process.
tell(end > limits.headerBytes ? { kind: 'too-long' } : await read(text.slice(0, end), text.slice(end)));
