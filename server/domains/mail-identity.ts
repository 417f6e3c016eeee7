import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { KeyCipher } from '../keys/key-encryption.ts';
import type { KeySource } from '../keys/key-source.ts';
import type { ParsedKey } from '../keys/private-key.ts';
import { KEY_LIMITS } from '../limits.ts';
import type { RandomSource } from '../random.ts';
import { keyZoneLabel, makeSelector, returnPathToken } from '../records/record-names.ts';
import type { MailIdentity } from '../records/record-states.ts';
import type { Delegation } from '../store/interface/domain-row.ts';

/** Dependencies of identities. */
export interface IdentityDeps {
  readonly keys: KeySource;
  readonly cipher: KeyCipher;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Host that receives bounces; null: domains get no Return-Path record. */
  readonly returnPathHost: string | null;
}

/** Makes the identity of a domain once its id is known, because the encrypted private key is bound to it. */
export type IdentityOf = (domain: number, keyId: number) => MailIdentity;

/** With a new key. `zone`: the key zone that it is published in; null: by a TXT record. `chosen`: its selector. */
export async function makeIdentity(
  deps: IdentityDeps,
  account: number,
  zone: string | null,
  chosen?: string,
): Promise<IdentityOf> {
  const { keys, random } = deps;
  const key = await keys.take(account);
  const own = makeSelector(random);
  const selector = chosen ?? own;
  const delegation =
    zone === null
      ? null
      : { zone, label: keyZoneLabel(random), selectors: [selector, makeSelector(random)] as const };
  return identityOf(deps, account, { ...key, bits: KEY_LIMITS.bits }, { selector, own, delegation });
}

/** With a key that the domain had elsewhere, published by a TXT record. */
export function importedIdentity(
  deps: IdentityDeps,
  account: number,
  key: ParsedKey,
  selector: string,
): IdentityOf {
  return identityOf(deps, account, key, { selector, own: makeSelector(deps.random), delegation: null });
}

/** `own`: a selector of ours, after which the Return-Path record is named. */
function identityOf(
  { random, cipher, clock, returnPathHost }: IdentityDeps,
  account: number,
  { publicKey, privateKey, bits }: ParsedKey,
  { selector, own, delegation }: { selector: string; own: string; delegation: Delegation | null },
): IdentityOf {
  const usableAt = toInstant(clock());
  const returnPath =
    returnPathHost === null
      ? null
      : { selector: own, target: `${returnPathToken(random)}.${returnPathHost}` };
  return (domain, keyId) => ({
    keyId,
    selector,
    publicKey,
    bits,
    publishedAs: delegation === null ? 'txt' : 'cname',
    privateKey: cipher.encrypt(privateKey, { account, domain }),
    usableAt,
    returnPath,
    delegation,
  });
}
