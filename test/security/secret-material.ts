import { readFileSync } from 'node:fs';

/** Beginnings of RSA private keys in PKCS #8, PKCS #1 and JWK, in all usual encodings. */
const PRIVATE_KEY_FORMS: readonly [string, RegExp][] = [
  ['PEM', /-----BEGIN [A-Z ]*PRIVATE KEY/],
  ['PKCS #8 in base64', /BgkqhkiG9w0BAQEFAASC/],
  ['PKCS #1 in base64', /IBAAKCAQEA/],
  ['PKCS #8 in hexadecimal', /300d06092a864886f70d010101050004/i],
  [
    'PKCS #8 in bytes',
    new RegExp(Buffer.from('2a864886f70d010101050004', 'hex').toString('latin1').replace('*', '\\*')),
  ],
  ['PKCS #8 in a list of numbers', /42,\s*134,\s*72,\s*134,\s*247,\s*13,\s*1,\s*1,\s*1,\s*5,\s*0,\s*4,/],
  ['PKCS #8 in an object of numbers', /"0":48,"1":130,"2":4,/],
  ['JWK', /"kty":"RSA"[^}]*"d":"/],
];

/** A whole word, because any three letters occur in encrypted data sooner or later. */
const TOKENS = /(?<![\w-])lh_[\w-]{43}(?![\w-])/g;
/** Secrets of webhooks; that of the API reference is shorter. */
const WEBHOOK_SECRETS = /whsec_[\w+/]{43}=/;
/** The placeholder in the API reference. */
const EXAMPLE_TOKEN = `lh_${'x'.repeat(43)}`;

/** Finds private keys in a text (binary data as `latin1`). Returns what kind was found, and never the secret. */
export function findPrivateKeys(text: string, parts: RegExp | null): string[] {
  const forms = PRIVATE_KEY_FORMS.filter(([, form]) => form.test(text)).map(
    ([name]) => `a private key (${name})`,
  );
  return parts?.test(text) === true ? [...forms, 'a part of a private key'] : forms;
}

/** Finds tokens, and secrets of webhooks, in a text. */
export function findTokens(text: string): string[] {
  const found = text.match(TOKENS) ?? [];
  const tokens = found.some((token) => token !== EXAMPLE_TOKEN) ? ['a token'] : [];
  return WEBHOOK_SECRETS.test(text) ? [...tokens, 'the secret of a webhook'] : tokens;
}

/** Pattern of a part of each private key in a key file, in base64 and in hexadecimal. */
export function privateKeyParts(keysFile: string): RegExp {
  const pieces = readFileSync(keysFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => piecesOf(JSON.parse(line).private_key));
  return new RegExp(pieces.map((piece) => piece.replaceAll('+', '\\+')).join('|'));
}

/** Begins at the first prime, which is not in the public key; fits one line of a PEM file. */
function piecesOf(privateKey: string): string[] {
  const hex = Buffer.from(privateKey, 'base64').toString('hex');
  const base64 = privateKey.slice(16 * 64, 16 * 64 + 48);
  const base64url = base64.replaceAll('+', '-').replaceAll('/', '_');
  return [base64, base64url, hex.slice(1600, 1664)];
}
