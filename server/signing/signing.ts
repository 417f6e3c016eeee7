import type { LetterheadError, Signature, SignatureCount, SignInput } from '@letterhead/shared';
import { notSignable } from '@letterhead/shared';
import { readHeaderBlock } from '@letterhead/shared/message';
import type { Clock } from '../instant.ts';
import { dnsRecordsOf } from '../records/dns-records.ts';
import { activeKeyOf, dkimStateOf, stateOf } from '../records/record-states.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { Store } from '../store/store.ts';
import { openSignature } from './dkim-signature.ts';
import { fromDomainOf } from './from-domain.ts';
import { parseHeaderFields } from './header-fields.ts';
import { namesAbove, nearestFirst } from './nearest-domain.ts';
import type { OpenedKeys } from './opened-keys.ts';
import { SignatureCounts } from './signature-counts.ts';

/** 32 octets in base64, whose last digit has no bits over. */
const SHA256_BASE64 = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

export interface SigningDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly keys: OpenedKeys;
  /** Told of every signature. */
  readonly onSigned: (account: number) => void;
}

/** Signs messages with the keys of an account's domains. */
export class Signing {
  readonly #deps: SigningDeps;
  readonly #counts: SignatureCounts;

  constructor(deps: SigningDeps) {
    this.#deps = deps;
    this.#counts = new SignatureCounts(deps.clock);
  }

  /** Rejects with `not_signable`. */
  async sign(account: AccountRow, input: SignInput): Promise<Signature> {
    requireSha256(input.body_hash);
    const fields = parseHeaderFields(readHeaderBlock(input.headers));
    const domain = await this.#domainFor(account, fromDomainOf(fields));
    if (!input.allow_unverified && !dkimStateOf(domain).verified) throw notVerified(domain);
    const { selector, private_key: encrypted } = activeKeyOf(domain);
    const { signed, complete } = openSignature(fields, {
      domain: domain.domain,
      selector,
      bodyHash: input.body_hash,
      at: this.#deps.clock(),
    });
    const owner = { account: account.id, domain: domain.id };
    const value = await this.#deps.keys.sign(signed, encrypted, owner);
    this.#deps.onSigned(account.id);
    this.#counts.add(domain.id);
    return {
      domain_id: domain.id,
      domain: domain.domain,
      selector,
      header: complete(value),
      return_path: returnPathOf(domain),
    };
  }

  /** How many messages a domain has signed today. */
  today({ id }: DomainRow): SignatureCount {
    return this.#counts.of(id);
  }

  /** The nearest domain of the account that is this name, or holds it. */
  async #domainFor(account: AccountRow, name: string): Promise<DomainRow> {
    const rows = await this.#deps.store.domains.list(account.id, { domains: namesAbove(name) });
    const [nearest] = nearestFirst(rows);
    if (nearest === undefined) throw notHeld(account, name);
    return nearest;
  }
}

function returnPathOf(row: DomainRow): string | null {
  const record = dnsRecordsOf(row).find(
    ({ kind, id }) => kind === 'return_path' && stateOf(row, id)?.verified,
  );
  return record?.fqdn ?? null;
}

function requireSha256(bodyHash: string): void {
  if (SHA256_BASE64.test(bodyHash)) return;
  throw notSignable(
    'body_hash',
    'body_hash is not a SHA-256 in base64, which has 44 characters for 32 octets. Hash the canonical body again.',
  );
}

function notHeld(account: AccountRow, name: string): LetterheadError {
  return notSignable(
    'domain',
    `Account ${account.id} holds no domain that ${name}, the domain of the From field, is or lies in. Add it, or send from another.`,
  );
}

function notVerified({ id, domain }: DomainRow): LetterheadError {
  return notSignable(
    'domain',
    `${domain} (domain ${id}) is not verified: receivers would not find its key. Publish its DKIM record and check it; its diagnosis says what is missing.`,
  );
}
