import { BACKUP_OPERATION } from '../../server/rest/backup-operation.ts';
import type { DescribedOperation } from '../../server/rest/operations.ts';
import { listOperations } from '../../server/rest/operations.ts';
import { PROOF_OPERATION } from '../../server/rest/proof-operation.ts';
import { appRouter } from '../../server/router/index.ts';
import type { RestOptions, TestServer } from '../running-server.ts';
import { sampleInput } from '../security/procedure-definitions.ts';
import { seedWebhook } from '../webhooks/seed-webhook.ts';

/** Every operation of the OpenAPI document: those of the router, and the two that are routes of their own. */
export const DESCRIBED_OPERATIONS: readonly DescribedOperation[] = [
  ...listOperations(appRouter),
  PROOF_OPERATION,
  BACKUP_OPERATION,
];

/** Whether an operation succeeds only where there is a key zone. */
export function needsKeyZone({ procedure }: Pick<DescribedOperation, 'procedure'>): boolean {
  return procedure.startsWith('keyZone.') || procedure === 'domains.setDelegation';
}

interface Named {
  readonly id: number;
  readonly token: string;
}

/** What the operations are about. */
export interface PreparedAccount {
  readonly account: number;
  readonly domain: number;
  readonly share: Named;
  readonly token: Named;
  readonly webhook: number;
  /** Of the webhook. */
  readonly delivery: number;
}

/** A domain's first key, which can be removed once it is revoked. */
const REVOKED_KEY = 1;

/** Creates an account with one of everything that an operation can name. */
export async function prepareAccount(server: TestServer): Promise<PreparedAccount> {
  const { letterhead, dns } = server;
  const { id: account } = await letterhead.accounts.create.mutate({ name: 'Of one operation' });
  const domain = await letterhead.domains.create.mutate({ account, domain: 'mail.example.org' });
  const [record] = domain.dns_records;
  // A check would forget a revoked key whose record is gone.
  dns.publish(`${record?.hostname}.example.org`, { TXT: [record?.value ?? ''] });
  await letterhead.domains.verifyDns.mutate({ account, id: domain.id });
  await letterhead.keys.revoke.mutate({ account, id: domain.id, key: REVOKED_KEY });
  const share = await letterhead.shares.create.mutate({ account, id: domain.id });
  const token = await letterhead.tokens.create.mutate({ account, name: 'A', scopes: ['domains:read'] });
  return { account, domain: domain.id, share, token, ...(await seedWebhook(server, account)) };
}

export function pathOf(
  { meta, procedure }: DescribedOperation,
  { account, domain, share, token, webhook, delivery }: PreparedAccount,
): string {
  const own: Record<string, number> = { tokens: token.id, webhooks: webhook };
  const ids: Record<string, number> = {
    account,
    share: share.id,
    key: meta.rest.path.endsWith('/revoke') ? REVOKED_KEY + 1 : REVOKED_KEY,
    delivery,
    id: own[procedure.split('.')[0] ?? ''] ?? domain,
  };
  return meta.rest.path.replace(/\{(\w+)\}/g, (_all, name: string) => String(ids[name]));
}

const MESSAGE = {
  body: 'From: help@mail.example.org\r\n\r\nHello\r\n',
  headers: { 'content-type': 'message/rfc822' },
};

/** The token and the body with which an operation succeeds. */
export function validRequest(
  { meta, input, takesBody }: DescribedOperation,
  { share }: PreparedAccount,
): RestOptions {
  const token = meta.scope === 'share' ? { token: share.token } : {};
  if (!takesBody) return token;
  if (meta.rest.takesMessage === true && input === null) return { ...token, ...MESSAGE };
  // What signing takes, and what changes an account, a webhook or a delegation; unknown fields are ignored.
  const further = {
    headers: 'From: help@mail.example.org',
    allow_unverified: true,
    display_name: 'Acme Help Desk',
    enabled: false,
    delegated: false,
  };
  return { ...token, json: { ...sampleInput(input ?? undefined), ...further } };
}
