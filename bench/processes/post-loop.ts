import { Webhook } from 'standardwebhooks';
import { Agent } from 'undici';
import { serveParent } from '../child.ts';
import type { PostLoad } from '../messages.ts';

/** Bare loops over undici, which send what a webhook sends. */
const agent = new Agent();
const signer = new Webhook(`whsec_${Buffer.alloc(24, 7).toString('base64')}`);
const HEADERS = {
  'content-type': 'application/json',
  'user-agent': 'Letterhead',
  'webhook-id': 'evt_1_1000',
  'webhook-timestamp': '1795737600',
};
const SIGNATURE = `v1,${'A'.repeat(43)}=`;

serveParent({ url: null, handlers: { postAll }, stop: () => agent.destroy() });

async function postAll({ url, body, loops, count, isSigned }: PostLoad): Promise<{ seconds: number }> {
  const begin = performance.now();
  let left = count;
  const loop = async () => {
    while (left-- > 0) {
      const signature = isSigned ? signer.sign('evt_1_1000', new Date(), body) : SIGNATURE;
      const headers = { ...HEADERS, 'webhook-signature': signature };
      const answer = await agent.request({ origin: url, path: '/', method: 'POST', headers, body });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  return { seconds: (performance.now() - begin) / 1000 };
}
