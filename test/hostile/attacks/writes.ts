import { z } from 'zod';
import type { Attack } from '../attack.ts';
import { inTurn, send } from '../attack.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const Created = z.object({ data: z.object({ id: z.int() }) });

/** Writes that make others wait for the disk. */
export const WRITES: readonly Attack[] = [
  {
    name: 'domains that are made and deleted',
    perMinute: 200,
    atOnce: 20,
    async act(target, note, count) {
      const { account, minted } = target.attacker;
      const [token, path] = [inTurn(minted, count), `/api/v1/accounts/${account}/domains`];
      const body = JSON.stringify({ domain: `flood-${count}.example` });
      const answer = await send(target, note, token, { method: 'POST', path, headers: JSON_TYPE, body });
      const created = Created.safeParse(JSON.parse(answer));
      if (!created.success) return;
      await send(target, note, token, { method: 'DELETE', path: `${path}/${created.data.data.id}` });
    },
  },
  {
    name: 'tokens that are made and revoked',
    perMinute: 150,
    atOnce: 20,
    async act(target, note, count) {
      const { account, minted } = target.attacker;
      const [token, path] = [inTurn(minted, count), `/api/v1/accounts/${account}/tokens`];
      const body = JSON.stringify({ name: 'x'.repeat(200), scopes: ['domains:read'] });
      const answer = await send(target, note, token, { method: 'POST', path, headers: JSON_TYPE, body });
      const created = Created.safeParse(JSON.parse(answer));
      if (!created.success) return;
      await send(target, note, token, { method: 'DELETE', path: `${path}/${created.data.data.id}` });
    },
  },
  {
    name: 'backups',
    perMinute: 6,
    atOnce: 2,
    async act(target, note) {
      await send(target, note, target.attacker.admin, {
        path: '/api/v1/backup',
      });
    },
  },
  {
    name: 'probes of whether the server is ready',
    perMinute: 6000,
    unlimited: true,
    atOnce: 100,
    async act(target, note) {
      await send(target, note, null, { path: '/health/ready' });
    },
  },
];
