import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { KeyCipher } from '../keys/key-encryption.ts';
import type { RandomSource } from '../random.ts';
import type { WebhookRow } from '../store/interface/webhooks.ts';

/** Standard Webhooks: between 24 and 64 bytes. */
const SECRET_BYTES = 32;

export function makeWebhookSecret(random: RandomSource): string {
  return `whsec_${Buffer.from(random(SECRET_BYTES)).toString('base64')}`;
}

export function encryptSecret(cipher: KeyCipher, secret: string, account: number, webhook: number): string {
  return cipher.encrypt(Buffer.from(secret), { account, webhook });
}

/** The secrets that sign now. Throws `unavailable`. */
export function signingSecrets(cipher: KeyCipher, row: WebhookRow, clock: Clock): string[] {
  const { secret, previous } = row;
  const isValid = previous !== null && toInstant(clock()) < previous.until;
  return (isValid ? [secret, previous.secret] : [secret]).map((encrypted) =>
    Buffer.from(cipher.decrypt(encrypted, { account: row.account_id, webhook: row.id })).toString(),
  );
}
