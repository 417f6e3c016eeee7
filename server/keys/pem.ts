/** A private key (PKCS #8, DER) as PEM (RFC 7468 §10). */
export function toPem(privateKey: Uint8Array): string {
  const lines = Buffer.from(privateKey)
    .toString('base64')
    .replaceAll(/.{64}(?!$)/g, '$&\n');
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}
