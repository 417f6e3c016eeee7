import { monitorEventLoopDelay } from 'node:perf_hooks';
import { KeyPool } from '../server/keys/key-pool.ts';
import { createLog } from '../server/log.ts';
import { startServer } from '../server/running-server.ts';
import { parseSettings } from '../server/settings.ts';
import { keysFromFile } from '../test/keys-file.ts';
import { childOptions, serveParent } from './child.ts';
import { ObservedKeys } from './observed-keys.ts';

/** The real server, as a process that is measured. */
export interface ServeOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** A file of keys that were made before; null: keys are made as they are in earnest. */
  readonly keysFile: string | null;
}

const { environment, keysFile } = childOptions<ServeOptions>();
const settings = parseSettings(environment);
const log = await createLog(settings.LOG_LEVEL, {});
const pool = new KeyPool({ onWorkerDeath: (error) => log.error({ err: error }, error.message) });
const keys = new ObservedKeys(
  keysFile === null ? pool : await keysFromFile(keysFile, (sentence) => log.info(sentence)),
);
const server = await startServer({ settings, log, keys, clock: () => new Date() });
if (keysFile === null) pool.fill();
const delays = monitorEventLoopDelay({ resolution: 1 });
serveParent({
  url: server.url,
  handlers: {
    keysReady: async () => [...keys.ready],
    async watchDelay() {
      delays.reset();
      delays.enable();
    },
    async delay() {
      delays.disable();
      return delays.percentile(99) / 1e6;
    },
  },
  stop: () => server.stop(),
});
