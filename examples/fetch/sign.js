// Signs a message with nothing but fetch: sends it whole, and writes it with its signature.
//
//   LETTERHEAD_URL=http://127.0.0.1:3000 LETTERHEAD_TOKEN=lh_… node sign.js 1 < message.eml > signed.eml
//
// The argument is the account. The message may be up to 25 MiB; its lines end in CRLF.
import { buffer } from 'node:stream/consumers';

const [account] = process.argv.slice(2);
const { LETTERHEAD_URL: url, LETTERHEAD_TOKEN: token } = process.env;
const message = await buffer(process.stdin);

const response = await fetch(`${url}/api/v1/accounts/${account}/sign`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'message/rfc822' },
  body: message,
});
const answer = await response.json();
if (!response.ok) throw new Error(answer.message);

// The signature goes before the message, as it is. `return_path`, where it is not null, is for the envelope sender.
process.stdout.write(Buffer.concat([Buffer.from(answer.data.header), message]));
