import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { pino } from 'pino';
import { startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import { serveParent } from '../child-process.ts';
import { StretchMeter } from '../hostile/stretch-meter.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';
import type { MeasuredQuestion, Memory } from './measured-process.ts';

/**
 * The real server in a process of its own, which is looked at. It tells its parent where it listens, and whenever it
 * is asked, what it holds once the garbage is gone, and how long its main thread was taken at a stretch.
 */
const server = await startServer({
  settings: parseSettings(process.env),
  log: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
  keys: await keysFromFile(KEYS_FILE, () => {}),
  clock: () => new Date(),
});
let meter: StretchMeter | undefined;
serveParent<MeasuredQuestion>({ url: server.url }, answer);

function answer(question: MeasuredQuestion): unknown {
  switch (question) {
    case 'memory':
      return memory();
    case 'measure stretches':
      meter ??= StretchMeter.enabled();
      meter.reset();
      return null;
    case 'stretches':
      return meter?.figures();
    default:
      return writeHeapSnapshot(question.snapshot);
  }
}

async function memory(): Promise<Memory> {
  // Each round frees what hung on what the one before has freed.
  for (let i = 0; i < 8; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external };
}
