import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DescribedOperation } from '../../server/rest/operations.ts';
import { LoopbackPrimary } from '../key-zone/loopback-primary.ts';
import { startMailServer } from '../notices/mail-server.ts';
import {
  DESCRIBED_OPERATIONS,
  needsKeyZone,
  pathOf,
  prepareAccount,
  validRequest,
} from '../rest/described-operations.ts';
import { OpenApiDocument } from '../rest/openapi-document.ts';
import { startTestServer } from '../running-server.ts';

/** They wait for no write: a check does where it comes to another result than the last. */
const POSTS_WITHOUT_WRITES = [
  'domains.proof',
  'domains.verifyDns',
  'keyZone.compare',
  'keyZone.repair',
  'share.verifyDns',
  'signing.sign',
  'webhooks.test',
  'webhooks.sendAgain',
];

function needsWritableStore({ procedure, meta }: DescribedOperation): boolean {
  if (meta.rest.method === 'GET') return procedure === 'installation.backup';
  return !POSTS_WITHOUT_WRITES.includes(procedure);
}

test.each([
  ['without a key zone', false],
  ['with a key zone', true],
])(
  'every write to a data folder that is lost is refused as the OpenAPI document describes it, and every read is answered: %s',
  async (_, hasZone) => {
    await using zone = hasZone ? await LoopbackPrimary.start() : null;
    await using mail = await startMailServer();
    const environment = { ...mail.environment, ...zone?.settings };
    await using server = await startTestServer({ environment });
    const document = await OpenApiDocument.of(server);
    const prepared = await prepareAccount(server);
    await rm(join(server.dataDir, 'lock'));
    await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status).toBe(503);
    for (const operation of DESCRIBED_OPERATIONS.filter((each) => needsKeyZone(each) === hasZone)) {
      const { method, status } = operation.meta.rest;
      const answer = await server.rest(
        method,
        pathOf(operation, prepared),
        validRequest(operation, prepared),
      );
      const expected = needsWritableStore(operation) ? 503 : status;
      const faults = document.faultsOf(operation, answer);
      expect([operation.procedure, answer.status, faults]).toEqual([operation.procedure, expected, []]);
    }
  },
);
