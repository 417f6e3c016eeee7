// Sends a message through nodemailer, signed with the key of its domain. The message stays here: its headers and the
// hash of its body are all that Letterhead gets. `npm pack -w @letterhead/shared -w @letterhead/client`, in the checkout,
// makes the two packages.
//
//   npm install nodemailer ./letterhead-shared-0.2.0.tgz ./letterhead-client-0.2.0.tgz
//   LETTERHEAD_URL=http://127.0.0.1:3000 LETTERHEAD_TOKEN=lh_… SMTP_URL=smtp://127.0.0.1:25 \
//     node send.js help@example.org you@example.net
import { createLetterhead } from '@letterhead/client';
import { letterhead } from '@letterhead/client/nodemailer';
import { createTransport } from 'nodemailer';

const [from, to] = process.argv.slice(2);
const { LETTERHEAD_URL: url, LETTERHEAD_TOKEN: token, SMTP_URL: smtp } = process.env;

const client = createLetterhead({ url, token });
// A token with the scope domains:sign is enough.
const { account_id: account } = await client.tokens.current.query();

const transport = createTransport(smtp);
transport.use('stream', letterhead(client, { account, otherDomains: 'fail' }));

const { envelope } = await transport.sendMail({
  from,
  to,
  subject: 'Your question',
  text: 'Hello,\n\nhere is your answer.\n',
});
process.stdout.write(`Sent from ${envelope.from} to ${envelope.to.join(', ')}.\n`);
