import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';

/** `<milliseconds since 1970> <milliseconds behind> <speed>`: from then on, time passes so much faster. */
const [began = 0, behind = 0, speed = 1] = (process.env['TEST_CLOCK'] ?? '').split(' ').map(Number);

/**
 * The real server in a process of its own, to be killed. Its keys are real but made before, for making them would be
 * all that a run waits for. It tells its parent where it listens.
 */
const server = await startServer({
  settings: parseSettings(process.env),
  log: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
  keys: await keysFromFile(KEYS_FILE, () => {}),
  clock: () => new Date(began - behind + (Date.now() - began) * speed),
});
process.send?.(server.url);
// The next start of a server need not compile it again.
flushCompileCache();
