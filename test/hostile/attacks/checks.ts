import type { Attack } from '../attack.ts';
import { inTurn, send } from '../attack.ts';
import { HOSTILE_ZONES } from '../hostile-zones.ts';

/** Requested checks of hostile zones at the account's rate limit, beside the due checks of 500 silent domains. */
export const CHECKS: readonly Attack[] = [
  {
    name: 'checks of floods, bombs and fanned-out referrals',
    perMinute: 70,
    atOnce: 30,
    async act(target, note, count) {
      const { account, hostile, minted } = target.attacker;
      const path = `/api/v1/accounts/${account}/domains/${inTurn(hostile, count)}/verify-dns`;
      await send(target, note, inTurn(minted, count), { method: 'POST', path });
    },
  },
  {
    name: 'diagnoses of what the floods have left',
    perMinute: 120,
    atOnce: 10,
    async act(target, note, count) {
      const { account, hostile, minted } = target.attacker;
      // Domains of the same kind are this far apart.
      const id = inTurn(hostile, count * HOSTILE_ZONES.length + (count % 2));
      await send(target, note, inTurn(minted, count), {
        path: `/api/v1/accounts/${account}/domains/${id}/diagnosis`,
      });
    },
  },
];
