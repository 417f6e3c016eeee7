import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';

/**
 * The real server in a process of its own, to be killed. Its keys are real but made before, for making them would be
 * all that a run waits for. It tells its parent where it listens.
 */
const server = await startServer({
  settings: parseSettings(process.env),
  log: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
  keys: await keysFromFile(KEYS_FILE, () => {}),
  clock: () => new Date(),
});
process.send?.(server.url);
// The next start of a server need not compile it again.
flushCompileCache();
