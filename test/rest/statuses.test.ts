import { SEVERITIES } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { startFixture } from '../console/fixture.ts';
import { startTestServer } from '../running-server.ts';

const FIELDS = ['id', 'domain', 'status', 'code', 'severity', 'checked_at', 'next_check_at'];

test('the statuses of an account’s domains have exactly these fields, by id, over REST', async () => {
  await using server = await startTestServer();
  for (const domain of ['example.org', 'bücher.example'])
    await server.letterhead.domains.create.mutate({ account: 1, domain });
  const { status, body } = await server.rest('GET', '/accounts/1/domains/statuses');
  expect(status).toBe(200);
  for (const one of body.data) expect(Object.keys(one)).toEqual(FIELDS);
  expect(body.data).toMatchObject([
    {
      id: 1,
      domain: 'example.org',
      status: 'pending',
      code: 'NOT_CHECKED',
      severity: 'info',
      checked_at: null,
    },
    { id: 2, domain: 'xn--bcher-kva.example', code: 'NOT_CHECKED', severity: 'info' },
  ]);
});

test('the status of a domain in any state tells the code and severity of the worst record of its diagnosis', async () => {
  await using fixture = await startFixture();
  const { letterhead } = fixture.server;
  const statuses = await letterhead.domains.statuses.query({ account: 1 });
  const codes = new Set<string>();
  for (const { id, status, code, severity, checked_at, next_check_at } of statuses) {
    const diagnosis = await letterhead.domains.diagnosis.query({ account: 1, id });
    const worst = diagnosis.records.toSorted(
      (one, other) => SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity),
    )[0];
    expect({ status, code, severity, checked_at, next_check_at }).toEqual({
      status: diagnosis.status,
      code: worst?.code,
      severity: worst?.severity,
      checked_at: diagnosis.checked_at,
      next_check_at: diagnosis.next_check_at,
    });
    codes.add(code);
  }
  expect(codes).toEqual(new Set(['OK', 'HOST_DOUBLED', 'KEY_TRUNCATED', 'RECORD_MISSING', 'NOT_CHECKED']));
});

test('the code of a status outlives a restart, and is not that of the name that a domain had before', async () => {
  const first = await startTestServer();
  const { id } = await first.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await first.letterhead.domains.verifyDns.mutate({ account: 1, id });
  await using server = await first.restart();
  const { domains } = server.letterhead;
  expect(await domains.statuses.query({ account: 1 })).toMatchObject([{ code: 'RECORD_MISSING' }]);
  await domains.update.mutate({ account: 1, id, domain: 'example.net' });
  expect(await domains.statuses.query({ account: 1 })).toMatchObject([
    { domain: 'example.net', code: 'NOT_CHECKED', severity: 'info' },
  ]);
});
