import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain } from '../signing/sending-account.ts';
import { startMailServer } from './mail-server.ts';

const ZONES = { 'example.org': {} };

test('a recipient that the mail server does not answer for keeps no other from a notice', async () => {
  await using mail = await startMailServer();
  await using server = await startTestServer({ environment: mail.environment, dns: { zones: ZONES } });
  mail.answers.set('slow@example.net', '');
  const notify = ['slow@example.net', 'ops@example.net'];
  await server.letterhead.accounts.update.mutate({ account: 1, notify });
  await addVerifiedDomain(server, 'example.org');
  const [first] = await mail.until(1);
  expect(first?.to).toBe('ops@example.net');
  expect(mail.asked).toEqual(notify);
});
