import { Readable } from 'node:stream';
import { digestMessage } from '@letterhead/shared/message';
import type { Letterhead } from './index.ts';
import { isLetterheadError } from './index.ts';

/** What is used of a client. */
export interface SigningClient {
  readonly signing: Pick<Letterhead['signing'], 'sign'>;
}

/** Options of the plugin. */
export interface SigningOptions {
  /** The account whose domains sign. */
  readonly account: number;
  /**
   * What becomes of mail from a domain that the account doesn't hold, or that is not verified: `fail`, the default,
   * rejects it; `pass` sends it without a signature. Mail that can't be signed for another reason is rejected.
   */
  readonly otherDomains?: 'fail' | 'pass';
}

interface Envelope {
  readonly from: string | false;
  readonly to: string[];
}

/** What is needed of nodemailer's own `MailMessage`, of any version from 6 on. */
export interface MailToSign {
  readonly data: { readonly envelope?: unknown; readonly signal?: AbortSignal | undefined };
  readonly message: {
    readonly newline?: string | undefined;
    createReadStream(): Readable;
    getEnvelope(): Envelope;
    setEnvelope(envelope: { from: string; to: string[] }): unknown;
  };
}

/**
 * A plugin for the step `stream` of nodemailer: signs each message with the key of its domain. The body is hashed here;
 * only the headers travel. Where the domain has a verified Return-Path record, the envelope sender is of that domain,
 * unless the mail has an `envelope` of its own. Use it after other plugins, for what they change later is not sent.
 *
 * @example
 * ```ts
 * const client = createLetterhead({ url: 'https://letterhead.example.org', token: 'lh_…' });
 * const transport = createTransport({ host: 'smtp.example.org' });
 * transport.use('stream', letterhead(client, { account: 1 }));
 * await transport.sendMail({ from: 'help@example.org', to: 'you@example.net', subject: 'Hello', text: 'Hello.' });
 * ```
 */
export function letterhead(client: SigningClient, options: SigningOptions) {
  return (mail: MailToSign, done: (error?: Error | null) => void): void => {
    signMail(client, options, mail).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  };
}

async function signMail(
  client: SigningClient,
  { account, otherDomains = 'fail' }: SigningOptions,
  { data, message }: MailToSign,
): Promise<void> {
  const pieces: Buffer[] = [];
  const built = message.createReadStream();
  // With the option `newline`, nodemailer has seen to the line ends itself.
  for await (const piece of message.newline ? built : withCrlf(built)) pieces.push(piece);
  // Attachments that are streams can be read once only.
  const send = (parts: Buffer[]) => {
    message.createReadStream = () => Readable.from(parts, { objectMode: false });
  };
  send(pieces);
  try {
    const digest = await digestMessage(pieces);
    const { signal } = data;
    const { header, return_path: returnPath } = await client.signing.sign.mutate(
      { account, ...digest },
      signal === undefined ? {} : { signal },
    );
    const [lineEnd = '\r\n'] = /\r?\n/.exec(digest.headers) ?? [];
    send([Buffer.from(header.replaceAll('\r\n', lineEnd)), ...pieces]);
    if (data.envelope === undefined) setSender(message, returnPath);
  } catch (error) {
    if (otherDomains === 'fail' || !isOfOtherDomain(error)) throw error;
  }
}

/** Ends every line with CRLF, as SMTP does: what is signed is what is sent. */
async function* withCrlf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let before = '';
  for await (const piece of pieces) {
    const text = before + piece.toString('latin1');
    before = text.endsWith('\r') ? '\r' : '';
    const whole = before === '' ? text : text.slice(0, -1);
    yield Buffer.from(whole.replaceAll(/\r\n?|\n/g, '\r\n'), 'latin1');
  }
  if (before !== '') yield Buffer.from('\r\n');
}

/** Keeps the local part, and who receives the mail. */
function setSender(message: MailToSign['message'], returnPath: string | null): void {
  const { from, to } = message.getEnvelope();
  if (returnPath === null || from === false) return;
  message.setEnvelope({ from: `${from.slice(0, from.lastIndexOf('@'))}@${returnPath}`, to });
}

function isOfOtherDomain(error: unknown): boolean {
  return isLetterheadError(error) && error.data?.errors?.['domain'] !== undefined;
}
