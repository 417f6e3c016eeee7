import { Agent } from 'undici';
import { serveParent } from '../child.ts';
import type { PostLoad } from '../messages.ts';

/** Bare loops over undici, which send what a webhook sends, without a signature of their own. */
const agent = new Agent();
const HEADERS = {
  'content-type': 'application/json',
  'user-agent': 'Letterhead',
  'webhook-id': 'evt_1_1000',
  'webhook-timestamp': '1795737600',
  'webhook-signature': `v1,${'A'.repeat(43)}=`,
};

serveParent({ url: null, handlers: { postAll }, stop: () => agent.destroy() });

async function postAll({ url, body, loops, count }: PostLoad): Promise<{ seconds: number }> {
  const begin = performance.now();
  let left = count;
  const loop = async () => {
    while (left-- > 0) {
      const answer = await agent.request({ origin: url, path: '/', method: 'POST', headers: HEADERS, body });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  return { seconds: (performance.now() - begin) / 1000 };
}
