import { constants, publicDecrypt } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import type { ProofAnswer, ProofQuestion, ProofTask, ReadMessage } from './proof.ts';

/** Judges one message. Its thread has no network: the DNS is asked by the thread that started it. */

const waiting = new Map<string, (answer: ProofAnswer) => void>();
parentPort?.on('message', (answer: ProofAnswer) => waiting.get(answer.name)?.(answer));

function tell(message: ProofQuestion | ReadMessage): void {
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

/** Renames the signatures that are too many, which leaves the others as they are. */
function withoutExcess(message: string, limit: number): string {
  const end = /\r?\n\r?\n/.exec(message)?.index ?? message.length;
  let count = 0;
  const head = message.slice(0, end).replaceAll(/^DKIM-Signature[ \t]*:/gim, (field) => {
    count += 1;
    return count > limit ? `X-${field}` : field;
  });
  return head + message.slice(end);
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

// The thread that started this one has the type.
const { message, limits } = workerData as ProofTask;
const text = withoutExcess(fromFirstField(Buffer.from(message).toString('latin1')), limits.signatures);
const { headerFrom, results } = await dkimVerify(Buffer.from(text, 'latin1'), {
  resolver: (name: string) => lookUp(name),
  // RFC 8301 §3.1.
  rejectRsaSha1: true,
});
tell({
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
});
