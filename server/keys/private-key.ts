import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { KEY_LIMITS } from '../limits.ts';
import { BIT_STRING, INTEGER, OCTET_STRING, readElement, SEQUENCE } from './der.ts';

/** An RSA key of somebody else's making, as it is stored here. */
export interface ParsedKey {
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array;
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  readonly bits: number;
}

const PROTECTED =
  'The key is protected by a passphrase. Remove that first: openssl pkey -in protected.pem -out key.pem';
const PUBLIC = 'This is a public key. Give the private key that belongs to it.';
const NO_KEY =
  'This is not a private key. Give one in PEM, whose first line says BEGIN PRIVATE KEY or BEGIN RSA PRIVATE KEY.';

/** Headings of PEM files (RFC 7468, RFC 1421) that hold no key to sign with, and what to say of them. */
const OTHER_PEM: readonly (readonly [RegExp, string])[] = [
  [/ENCRYPTED/, PROTECTED],
  [/BEGIN (?:RSA )?PUBLIC KEY/, PUBLIC],
  [/BEGIN CERTIFICATE/, 'This is a certificate. Give the private key that belongs to it.'],
  [
    /BEGIN OPENSSH PRIVATE KEY/,
    'This is an SSH key in OpenSSH’s own format. Convert it first: ssh-keygen -p -m PEM -f key',
  ],
];
const PEM_KEY = /-----BEGIN (?:[A-Z]{2,3} )?PRIVATE KEY-----([^-]*)-----END/;

/** Object identifiers of algorithms in hex, and Node's names for them. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010101', 'rsa'],
  ['2a864886f70d01010a', 'rsa-pss'],
  ['2a8648ce380401', 'dsa'],
  ['2a8648ce3d0201', 'ec'],
  ['2b6570', 'ed25519'],
]);

/** Parses an RSA private key in PEM, or in base64 alone, as rspamd takes it. Returns a sentence where it can't be used. */
export function parsePrivateKey(text: string): ParsedKey | string {
  if (text.length > KEY_LIMITS.characters) return NO_KEY;
  const other = OTHER_PEM.find(([heading]) => heading.test(text));
  if (other !== undefined) return other[1];
  const key = readKey(derOf(text));
  if (typeof key === 'string') return key;
  const { modulusLength: bits = 0, publicExponent: exponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < KEY_LIMITS.minBits)
    return `The key has ${bits} bits, and receivers refuse less than ${KEY_LIMITS.minBits} (RFC 8301). Create a new one for this domain.`;
  if (bits > KEY_LIMITS.maxBits)
    return `The key has ${bits} bits, and receivers need not take more than ${KEY_LIMITS.maxBits} (RFC 8301). Create a new one for this domain.`;
  if (exponent >= 2n ** KEY_LIMITS.maxExponentBits)
    return `The key has a public exponent of more than ${KEY_LIMITS.maxExponentBits} bits, which receivers refuse. Create a new one for this domain.`;
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'der' }),
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    bits,
  };
}

function derOf(text: string): Buffer {
  const base64 = text.includes('-----BEGIN') ? (PEM_KEY.exec(text)?.[1] ?? '') : text;
  return Buffer.from(base64, 'base64');
}

/** Of another algorithm's key, OpenSSL would compute the public key, which takes it minutes where the numbers are large. */
function readKey(key: Buffer): KeyObject | string {
  try {
    const form = formOf(key);
    return form === 'pkcs1' || form === 'pkcs8' ? createPrivateKey({ key, format: 'der', type: form }) : form;
  } catch {
    return NO_KEY;
  }
}

/** How an RSA private key is written, by the first two elements in it; a sentence for what is none. */
function formOf(der: Buffer): string {
  const outer = readElement(der);
  const first = outer?.tag === SEQUENCE ? readElement(outer.value) : null;
  const second = first === null ? null : readElement(first.rest);
  if (first === null || second === null) return NO_KEY;
  if (first.tag === SEQUENCE && second.tag === BIT_STRING) return PUBLIC;
  if (first.tag === SEQUENCE && second.tag === OCTET_STRING) return PROTECTED;
  if (first.tag !== INTEGER) return NO_KEY;
  if (second.tag === INTEGER) return 'pkcs1';
  const algorithm = second.tag === SEQUENCE ? algorithmOf(second.value) : 'ec';
  return algorithm === 'rsa'
    ? 'pkcs8'
    : `This is a key of the algorithm ${algorithm}. Only RSA keys are taken, since all receivers can use them.`;
}

function algorithmOf(identifier: Buffer): string {
  return ALGORITHMS.get(readElement(identifier)?.value.toString('hex') ?? '') ?? 'unknown';
}
