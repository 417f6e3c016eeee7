import { generateKeyPairSync } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { KeyPair } from './key-source.ts';

// On Linux a priority is a thread's own: keys are made in the time that nobody else wants. Elsewhere it would be the
// whole process's.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

/**
 * The thread that makes keys: one for each message, one after the other. Synchronously, for the asynchronous
 * way runs on libuv's threads, where durable writes would wait behind it.
 */
parentPort?.on('message', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const pair: KeyPair = {
    publicKey: publicKey.toString('base64'),
    privateKey: new Uint8Array(privateKey),
  };
  parentPort?.postMessage(pair);
});
