import fastify from 'fastify';
import { Admission } from '../../server/auth/admission.ts';
import { sendTogether } from '../../server/http/protocol.ts';
import { openInstallation } from '../../server/installation.ts';
import { createLog } from '../../server/log.ts';
import { listOperations } from '../../server/rest/operations.ts';
import type { AdmissionOf, RestSource } from '../../server/rest/rest-adapter.ts';
import { BASE_PATH, serveRest } from '../../server/rest/rest-adapter.ts';
import { appRouter } from '../../server/router/index.ts';
import { parseSettings } from '../../server/settings.ts';
import { keysFromFile } from '../../test/keys-file.ts';
import { childOptions, serveParent } from '../child.ts';

/** The REST API alone: tokens are checked, but nothing is limited, counted, logged, or added to the headers. */
export interface BareOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly keysFile: string;
}

const { environment, keysFile } = childOptions<BareOptions>();
const settings = parseSettings({ ...environment, RATE_LIMIT_PER_MINUTE: '0', LOG_LEVEL: 'silent' });
const clock = () => new Date();
const installation = await openInstallation({
  settings,
  log: await createLog(settings.LOG_LEVEL, {}),
  keys: await keysFromFile(keysFile, () => {}),
  clock,
});
const { store, limits, services } = installation;
const app = fastify({ logger: false }).decorateRequest('identity', null);
const admissionOf: AdmissionOf = ({ headers, ip }) => {
  const tokenHeader = { name: 'authorization', value: headers.authorization } as const;
  return new Admission({ store, clock, limits }, { tokenHeader, address: ip, enter: () => {} });
};
const source: RestSource = {
  operations: listOperations(appRouter),
  admissionOf,
  contextOf: (request) => ({ caller: admissionOf(request), services, page: { next: null } }),
};
sendTogether(app);
await app.register(async (rest) => serveRest(rest, source), { prefix: BASE_PATH });
serveParent({
  url: await app.listen({ host: '127.0.0.1', port: 0 }),
  async stop() {
    await app.close();
    await installation[Symbol.asyncDispose]();
  },
});
