import type { Attack, Note, Target } from '../attack.ts';
import { inTurn, send } from '../attack.ts';

const CALLS = 100;

/** One query, a hundred times in one request. */
async function batch(
  target: Target,
  note: Note,
  count: number,
  query: { procedure: string; input: (call: number) => object },
): Promise<void> {
  const inputs = Array.from({ length: CALLS }, (_, call) => [call, { json: query.input(call) }]);
  const path = `/trpc/${Array(CALLS).fill(query.procedure).join()}`;
  const input = encodeURIComponent(JSON.stringify(Object.fromEntries(inputs)));
  const token = inTurn(target.attacker.minted, count);
  await send(target, note, token, { path: `${path}?batch=1&input=${input}` });
}

/** Small requests with answers of megabytes. */
export const BATCHES: readonly Attack[] = [
  {
    name: '100 lists of 1,000 domains in a batch',
    perMinute: 5,
    atOnce: 5,
    act(target, note, count) {
      const { account } = target.attacker;
      return batch(target, note, count, { procedure: 'domains.list', input: () => ({ account }) });
    },
  },
  {
    name: '100 diagnoses in a batch',
    perMinute: 5,
    atOnce: 5,
    act(target, note, count) {
      const { account, domains } = target.attacker;
      const input = (call: number) => ({ account, id: inTurn(domains, call) });
      return batch(target, note, count, { procedure: 'domains.diagnosis', input });
    },
  },
  {
    name: '100 pages of events in a batch',
    perMinute: 3,
    atOnce: 3,
    act(target, note, count) {
      const input = () => ({ account: target.attacker.account, limit: 1000 });
      return batch(target, note, count, { procedure: 'events.list', input });
    },
  },
  {
    name: '100 statuses of 1,000 domains in a batch',
    perMinute: 3,
    atOnce: 3,
    act(target, note, count) {
      const { account } = target.attacker;
      return batch(target, note, count, { procedure: 'domains.statuses', input: () => ({ account }) });
    },
  },
];
