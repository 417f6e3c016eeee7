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
const signer = { signingDomain: 'example.org', selector: 's1', privateKey };
// The library signs for the list alone; its types want the rest as well.
const options = { ...signer, signatureData: [signer] };
const once =
  what === 'rsa'
    ? async () => void sign('sha256', message.subarray(0, 1_000), key)
    : async () => {
        const { signatures, errors } = await dkimSign(message, options);
        // Without a signature it would be measured doing less.
        if (signatures === '') throw new Error(`mailauth has not signed: ${JSON.stringify(errors)}`);
      };

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
