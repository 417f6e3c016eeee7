import fastify from 'fastify';
import { expect, test } from 'vitest';
import { sendTogether } from '../../server/http/protocol.ts';

test('requests that arrive in one round of the event loop are all answered before any answer is sent', async () => {
  const seen: string[] = [];
  await using app = fastify();
  sendTogether(app);
  app.addHook('onSend', ({ url }, _reply, payload, done) => {
    seen.push(`sent ${url}`);
    done(null, payload);
  });
  app.get('/:name', ({ url }, reply) => {
    seen.push(`made ${url}`);
    reply.send(url);
  });
  await app.ready();
  const answers = await Promise.all(['/a', '/b', '/c'].map((url) => app.inject({ url })));
  expect(answers.map(({ body }) => body)).toEqual(['/a', '/b', '/c']);
  expect(seen).toEqual(['made /a', 'made /b', 'made /c', 'sent /a', 'sent /b', 'sent /c']);
});
