import type { TokenScope } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { RestOperation } from '../../server/rest/operations.ts';
import { listOperations } from '../../server/rest/operations.ts';
import { appRouter } from '../../server/router/index.ts';
import { LoopbackPrimary } from '../key-zone/loopback-primary.ts';
import { startMailServer } from '../notices/mail-server.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { sampleInput } from '../security/procedure-definitions.ts';
import { seedWebhook } from '../webhooks/seed-webhook.ts';
import { needsKeyZone } from './described-operations.ts';

/** Strict schema of a JSON answer. */
function strictly(output: z.ZodType): z.ZodType {
  const schema = z.toJSONSchema(output, {
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema._zod.def.type === 'date') jsonSchema.type = 'string';
    },
  });
  return z.fromJSONSchema(schema);
}

/** Creates a checked domain with a share link; resolves to its id. */
async function seedAccount({ letterhead }: TestServer): Promise<number> {
  const { id } = await letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
  await letterhead.domains.verifyDns.mutate({ account: 1, id });
  await letterhead.shares.create.mutate({ account: 1, id });
  await letterhead.accounts.update.mutate({ account: 1, notify: ['ops@example.org'] });
  return id;
}

async function tokenFor(server: TestServer, scope: TokenScope | null, id: number): Promise<string> {
  if (scope !== 'share') return server.token;
  return (await server.letterhead.shares.create.mutate({ account: 1, id })).token;
}

async function answerOf(server: TestServer, operation: RestOperation, domain: number) {
  const { meta, input, takesBody, procedure } = operation;
  const { webhook: id = domain, ...delivery } = procedure.startsWith('webhooks.')
    ? await seedWebhook(server, 1)
    : {};
  const signed = { headers: 'From: help@mail.example.org', allow_unverified: true };
  const fields: Record<string, unknown> = {
    ...sampleInput(input ?? undefined),
    ...signed,
    account: 1,
    id,
    ...delivery,
  };
  const path = meta.rest.path.replace(/\{(\w+)\}/g, (_all, name: string) => String(fields[name]));
  return server.rest(meta.rest.method, path, {
    token: await tokenFor(server, meta.scope, domain),
    ...(takesBody ? { json: fields } : {}),
  });
}

const operations = listOperations(appRouter).filter(({ output }) => output !== null);

test.each(operations)('$procedure answers what its schema says, and no field more', async (operation) => {
  await using mail = await startMailServer();
  await using zone = needsKeyZone(operation) ? await LoopbackPrimary.start() : null;
  await using server = await startTestServer({ environment: { ...mail.environment, ...zone?.settings } });
  const id = await seedAccount(server);
  const { status, body, text } = await answerOf(server, operation, id);
  expect(status, text).toBe(operation.meta.rest.status);
  const answer = operation.meta.rest.contentType === undefined ? body.data : text;
  // An empty list would prove nothing.
  if (Array.isArray(answer)) expect(answer).not.toEqual([]);
  expect(strictly(operation.output ?? z.never()).safeParse(answer).error?.issues).toBeUndefined();
});

test('a field that a schema does not name is found', () => {
  const schema = strictly(z.object({ list: z.array(z.object({ id: z.int(), at: z.date() })) }));
  expect(schema.safeParse({ list: [{ id: 1, at: 'now' }] }).success).toBe(true);
  expect(schema.safeParse({ list: [{ id: 1, at: 'now', private_key: 'x' }] }).success).toBe(false);
});
