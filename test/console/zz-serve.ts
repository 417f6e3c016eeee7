import { writeFileSync } from 'node:fs';
import makeKeysOnce from '../keys-file.ts';
import { startFixture } from './fixture.ts';
import prepareConsole from './prepare-console.ts';

makeKeysOnce();
await prepareConsole();
const fixture = await startFixture();
writeFileSync(
  '/tmp/probe/fixture.json',
  JSON.stringify({
    url: fixture.server.url,
    token: fixture.server.token,
    dns: fixture.server.dns.port,
    domains: fixture.domains,
  }),
);
process.stdout.write('ready\n');
await new Promise((r) => {
  process.once('SIGTERM', r);
  setTimeout(r, 1500_000);
});
await fixture[Symbol.asyncDispose]();
