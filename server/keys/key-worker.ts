import { generateKeyPairSync } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { KeyPair } from './key-source.ts';

// Lowers the priority of this thread, so that keys are generated in idle time. Linux only: elsewhere it would apply to
// the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

/**
 * Generates one key for each message. Synchronous, because asynchronous generation would occupy libuv's threads and
 * delay durable writes.
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
