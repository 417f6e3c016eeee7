import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { childOptions, serveParent } from '../child.ts';

/** What signs, without a server: mailauth's `dkimSign` a whole message, or RSA alone a header block. */
export interface BareSigningOptions {
  readonly what: 'mailauth' | 'rsa';
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  readonly file: string;
}

const { what, privateKey, file } = childOptions<BareSigningOptions>();
const message = await readFile(file);
const key = createPrivateKey(privateKey);
const options = { signingDomain: 'example.org', selector: 's1', privateKey };
const once =
  what === 'rsa'
    ? async () => void sign('sha256', message.subarray(0, 1_000), key)
    : async () => void (await dkimSign(message, options));

serveParent({
  url: null,
  handlers: {
    async sign({ seconds }) {
      const before = process.cpuUsage();
      const end = performance.now() + seconds * 1_000;
      let signatures = 0;
      for (; performance.now() < end; signatures += 1) await once();
      const { user, system } = process.cpuUsage(before);
      return { signatures, cpu: user + system };
    },
  },
  stop: async () => {},
});
