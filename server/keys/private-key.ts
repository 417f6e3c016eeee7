import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { KEY_LIMITS } from '../limits.ts';

/** An RSA key of somebody else's making, as it is stored here. */
export interface ParsedKey {
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array;
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  readonly bits: number;
}

/** Headings of PEM files (RFC 7468, RFC 1421) that hold no key to sign with, and what to say of them. */
const OTHER_PEM: readonly (readonly [RegExp, string])[] = [
  [
    /ENCRYPTED/,
    'The key is protected by a passphrase. Remove that first: openssl pkey -in protected.pem -out key.pem',
  ],
  [/BEGIN [A-Z ]*PUBLIC KEY/, 'This is a public key. Give the private key that belongs to it.'],
  [/BEGIN CERTIFICATE/, 'This is a certificate. Give the private key that belongs to it.'],
  [
    /BEGIN OPENSSH PRIVATE KEY/,
    'This is an SSH key in OpenSSH’s own format. Convert it first: ssh-keygen -p -m PEM -f key',
  ],
];
const NO_KEY =
  'This is not a private key. Give one in PEM, whose first line says BEGIN PRIVATE KEY or BEGIN RSA PRIVATE KEY.';

/** Parses an RSA private key in PEM, or in base64 alone, as rspamd takes it. Returns a sentence where it can't be used. */
export function parsePrivateKey(text: string): ParsedKey | string {
  if (text.length > KEY_LIMITS.characters) return NO_KEY;
  const other = OTHER_PEM.find(([heading]) => heading.test(text));
  if (other !== undefined) return other[1];
  const key = readKey(text);
  if (typeof key === 'string') return key;
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type !== 'rsa')
    return `This is a key of the algorithm ${type}. Only RSA keys are taken, since all receivers can use them.`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < KEY_LIMITS.minBits)
    return `The key has ${bits} bits, and receivers refuse less than ${KEY_LIMITS.minBits} (RFC 8301). Create a new one for this domain.`;
  if (bits > KEY_LIMITS.maxBits)
    return `The key has ${bits} bits, and receivers need not take more than ${KEY_LIMITS.maxBits} (RFC 8301). Create a new one for this domain.`;
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'der' }),
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    bits,
  };
}

function readKey(text: string): KeyObject | string {
  if (text.includes('-----BEGIN')) return tryKey(() => createPrivateKey(text)) ?? NO_KEY;
  const key = Buffer.from(text, 'base64');
  const read = (type: 'pkcs8' | 'pkcs1') => tryKey(() => createPrivateKey({ key, format: 'der', type }));
  const found = read('pkcs8') ?? read('pkcs1');
  if (found !== null) return found;
  const isPublic = tryKey(() => createPublicKey({ key, format: 'der', type: 'spki' })) !== null;
  return isPublic ? 'This is a public key. Give the private key that belongs to it.' : NO_KEY;
}

function tryKey(read: () => KeyObject): KeyObject | null {
  try {
    return read();
  } catch {
    return null;
  }
}
