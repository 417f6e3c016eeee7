import type { CreateLoad, CreateRun } from './messages.ts';

/**
 * Lets clients create side by side, each its next one as soon as the last is there, until the time is over or so
 * many are made. What is under way then is waited for, and counts. `turn` counts a client's creates, from 0.
 */
export async function runClients(
  { clients, warmUp, measured }: CreateLoad,
  create: (client: number, turn: number) => Promise<unknown>,
): Promise<CreateRun> {
  const turns = Array.from({ length: clients }, () => 0);
  const runFor = async ({ seconds, atMost }: CreateLoad['measured']): Promise<CreateRun> => {
    const begin = performance.now();
    let creates = 0;
    const loop = async (turn: number, client: number) => {
      let next = turn;
      for (; creates < atMost && performance.now() - begin < seconds * 1000; next += 1) {
        creates += 1;
        await create(client, next);
      }
      turns[client] = next;
    };
    await Promise.all(turns.map(loop));
    return { creates, seconds: (performance.now() - begin) / 1000 };
  };
  await runFor(warmUp);
  return await runFor(measured);
}

/** Which of so many accounts a client uses at a turn: one after the other, and never one that another client uses. */
export function ownPlace(client: number, turn: number, clients: number, accounts: number): number {
  return client + clients * (turn % Math.floor(accounts / clients));
}
