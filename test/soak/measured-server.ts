import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { pino } from 'pino';
import { keysFromFile } from '../../server/dkim/key-source.ts';
import { startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import { KEYS_FILE } from '../keys-file.ts';
import type { MeasuredRequest } from './measured-process.ts';

/**
 * The real server in a process of its own, whose memory is looked at. It tells its parent where it listens, and
 * whenever it is asked, what it holds once the garbage is gone, and writes a heap snapshot to where it is told.
 */
const server = await startServer({
  settings: parseSettings(process.env),
  log: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
  keys: await keysFromFile(KEYS_FILE, () => {}),
  clock: () => new Date(),
});
process.send?.({ url: server.url });

process.on('message', async (request: MeasuredRequest) => {
  if ('snapshot' in request) {
    process.send?.({ snapshot: writeHeapSnapshot(request.snapshot) });
    return;
  }
  // Each round frees what hung on what the one before has freed.
  for (let i = 0; i < 8; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rss, held: heapUsed + external });
});
