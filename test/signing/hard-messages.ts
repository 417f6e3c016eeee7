import { createTransport } from 'nodemailer';

/** A message that is hard to sign, or to verify. */
export interface HardMessage {
  readonly what: string;
  readonly message: Buffer;
  /** Why `signing.sign` refuses it; null: it is signed. */
  readonly refused: RegExp | null;
}

const FROM = 'From: Help <help@example.org>\r\n';
const HEAD = `${FROM}To: you@example.net\r\nSubject: Hello\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\n`;
const BODY = 'Hello.\r\n';
const MEGABYTES = 25;

function signed(what: string, message: string | Buffer): HardMessage {
  return { what, message: Buffer.from(message), refused: null };
}

function refused(what: string, message: string, reason: RegExp): HardMessage {
  return { what, message: Buffer.from(message), refused: reason };
}

/** A message of exactly 25 MiB. */
function largest(): Buffer {
  const line = `${'The quick brown fox jumps over the  lazy dog.\t'.repeat(20)}\r\n`;
  const message = Buffer.alloc(MEGABYTES * 1024 ** 2, line);
  message.write(`${HEAD}\r\n`);
  message.write('\r\n', message.length - 2);
  return message;
}

async function withAttachments(): Promise<Buffer> {
  const { message } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  }).sendMail({
    from: 'Help <help@example.org>',
    to: 'you@example.net',
    subject: 'Grüße – mit Anhang',
    text: 'Hello, wörld.\n',
    html: '<p>Hello, <b>wörld</b>.</p>',
    attachments: [
      { filename: 'größe.bin', content: Buffer.alloc(70_000, 3) },
      { filename: 'note.txt', content: 'a\nb\n' },
    ],
  });
  if (!Buffer.isBuffer(message)) throw new Error('The mailer gave a stream where a buffer was requested.');
  return message;
}

export async function hardMessages(): Promise<HardMessage[]> {
  return [
    signed('a usual message', `${HEAD}\r\n${BODY}`),
    signed('8-bit UTF-8 in the body', `${HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\nÄ€😀\r\n`),
    signed('8-bit Latin-1 in the body', Buffer.from(`${HEAD}\r\nSch\xf6ne Gr\xfc\xdfe\r\n`, 'latin1')),
    signed('8-bit UTF-8 in a signed header', `${FROM}Subject: Schöne Grüße 😀\r\n\r\n${BODY}`),
    signed(
      '8-bit Latin-1 in a signed header',
      Buffer.from(`${FROM}Subject: Gr\xfc\xdfe\r\n\r\n${BODY}`, 'latin1'),
    ),
    signed('a header line of 998 characters', `${FROM}Subject: ${'x'.repeat(989)}\r\n\r\n${BODY}`),
    signed(
      'folded headers, with tabs and several spaces',
      `From:\r\n\tHelp\r\n   <help@example.org>\r\nSubject:  a \t b\r\n \t c  \r\n\r\n${BODY}`,
    ),
    signed(
      'a References field of 20 KiB',
      `${HEAD}References: ${Array.from({ length: 500 }, (_, at) => `<${at}.${'x'.repeat(20)}@example.org>`).join('\r\n ')}\r\n\r\n${BODY}`,
    ),
    signed(
      'duplicate fields',
      `${HEAD}To: b@example.net\r\nsubject: Other\r\nCc: c@example.net\r\nCC: d@example.net\r\n\r\n${BODY}`,
    ),
    signed('no field but From', `${FROM}\r\n${BODY}`),
    signed('an empty Subject', `${FROM}Subject:\r\nTo: \r\n\r\n${BODY}`),
    signed(
      'signatures and traces from before',
      `Received: from a\r\n\tby b; Mon, 04 May 2026 12:00:00 +0000\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=x; h=from; bh=; b=\r\n${HEAD}\r\n${BODY}`,
    ),
    signed(
      'list headers',
      `${HEAD}List-Unsubscribe: <https://example.org/u>,\r\n <mailto:u@example.org>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\n${BODY}`,
    ),
    signed('LF throughout', `${HEAD}\r\nHello \r\n\r\n there.\r\n\r\n`.replaceAll('\r\n', '\n')),
    signed('lines that begin with dots', `${HEAD}\r\n.\r\n..\r\n.hidden\r\n`),
    signed('an empty body', `${HEAD}\r\n`),
    signed('a body of empty lines', `${HEAD}\r\n\r\n\r\n\r\n`),
    signed('a body of white space', `${HEAD}\r\n \t \r\n\t\r\n`),
    signed('trailing empty lines', `${HEAD}\r\n${BODY}${'\r\n'.repeat(500)}`),
    signed('leading empty lines', `${HEAD}\r\n\r\n\r\n${BODY}`),
    signed('trailing white space and tabs', `${HEAD}\r\na  \t b\t\r\n  c \r\n\td\r\n`),
    signed('no line end at the end', `${HEAD}\r\nHello.`),
    signed('a body line of 100,000 characters', `${HEAD}\r\n${'x y '.repeat(25_000)}\r\n`),
    signed('control characters in the body', `${HEAD}\r\n\x01\x0b\x0c\x1b[31m\x7f\r\n`),
    signed('25 MiB', largest()),
    signed('MIME with attachments', await withAttachments()),
    signed('an international domain', `From: Help <help@bücher.example>\r\nSubject: Hello\r\n\r\n${BODY}`),
    signed('an international address', `From: Hilfe <hülfe@Bücher.example>\r\nSubject: Hallo\r\n\r\n${BODY}`),
    signed(
      'several From addresses of one domain',
      `From: a@example.org, "B, c" <b@EXAMPLE.org>\r\nSender: a@example.org\r\n\r\n${BODY}`,
    ),
    signed('a group in From', `From: Team: a@example.org, b@example.org;\r\nSubject: Hello\r\n\r\n${BODY}`),
    signed(
      'quotes and comments in From',
      `From: "a@evil.example, \\"x" (b@evil.example (c)) <help@example.org> (d)\r\n\r\n${BODY}`,
    ),
    refused(
      'From addresses of two domains',
      `From: a@example.org, b@example.net\r\n\r\n${BODY}`,
      /several domains/,
    ),
    refused('a domain that nobody holds', `From: a@example.net\r\n\r\n${BODY}`, /holds no domain/),
    refused('a domain that is not verified', `From: a@mail.example.org\r\n\r\n${BODY}`, /is not verified/),
    refused('two From fields', `${FROM}From: b@example.net\r\n\r\n${BODY}`, /2 From fields/),
    refused('no From field', `To: you@example.net\r\n\r\n${BODY}`, /no From field/),
    refused('mixed line ends', `${HEAD}\r\na\nb\r\n`, /CRLF throughout/),
    refused('a CR alone', `${HEAD}\r\na\rb\r\n`, /CR without an LF/),
    refused('no end of its headers', HEAD, /ends within its headers/),
    refused('a NUL', `${HEAD}\r\na\0b\r\n`, /NUL in the body/),
    refused('headers over 32 KiB', `${HEAD}X: ${'x'.repeat(32 * 1024)}\r\n\r\n${BODY}`, /over 32 KiB/),
  ];
}
