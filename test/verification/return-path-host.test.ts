import { expect, test, vi } from 'vitest';
import { startTestServer } from '../running-server.ts';

const HOST = 'bounces.letterhead.example';

/** What the start has warned of, once it has asked. */
async function warningsOf(log: readonly string[], count: number): Promise<string[]> {
  const warnings = () => log.map((line) => JSON.parse(line)).filter((line) => line.return_path_host === HOST);
  await vi.waitFor(() => expect(warnings()).toHaveLength(count));
  return warnings().map((line) => line.msg);
}

test('a start says which wildcard records the Return-Path host lacks', async () => {
  await using server = await startTestServer({
    environment: { RETURN_PATH_HOST: HOST },
    dns: { zones: { 'letterhead.example': {} } },
  });
  const [mx, spf] = await warningsOf(server.log, 2);
  expect(mx).toContain(`*.${HOST} has no MX record`);
  expect(spf).toContain(`*.${HOST} has no SPF record`);
});

test('a start says nothing of a Return-Path host that has what it needs', async () => {
  await using server = await startTestServer({
    environment: { RETURN_PATH_HOST: HOST },
    dns: {
      zones: {
        'letterhead.example': {
          '*.bounces': {
            MX: ['10 mx.letterhead.example'],
            TXT: ['v=spf1 mx -all'],
          },
        },
      },
    },
  });
  await vi.waitFor(() => expect(server.dns.resolver.queries.length).toBeGreaterThanOrEqual(2));
  expect(server.log.filter((line) => line.includes('return_path_host'))).toEqual([]);
});
