import { createHash } from 'node:crypto';
import { LetterheadError } from '@letterhead/shared';
import { digestMessage } from '@letterhead/shared/message';
import nodemailer from 'nodemailer';
import type { NodemailerError } from 'nodemailer/lib/errors';
import MailComposer from 'nodemailer/lib/mail-composer';
import { NOTICE_LIMITS } from '../limits.ts';
import { dkimStateOf } from '../records/record-states.ts';
import { namesAbove, nearestFirst } from '../signing/nearest-domain.ts';
import type { Signing } from '../signing/signing.ts';
import type { Store } from '../store/store.ts';
import type { MailContent } from './mail-content.ts';
import { toHtml, toText } from './mail-content.ts';

/** The sender of notices; the domain is that of the address, as A-labels. */
export interface NoticeSender {
  /** Empty: none. */
  readonly name: string;
  readonly address: string;
  readonly domain: string;
}

export interface MailerDeps {
  readonly smtpUrl: string;
  readonly from: NoticeSender;
  readonly store: Pick<Store, 'accounts' | 'domains'>;
  readonly signing: Pick<Signing, 'sign'>;
}

/** A mail to one person. */
export interface Mail extends MailContent {
  readonly to: string;
  /** Names what it tells in its Message-ID: the same in every attempt, so that a repetition can be recognised. */
  readonly id: string;
  readonly date: Date;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `refused`: for good, with what the server said; `failed`: for now. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly answer: string }
  | { readonly kind: 'failed'; readonly error: string };

/** Sends mails through the operator's mail server, signed where an account holds the sender's domain verified. */
export class Mailer {
  readonly #deps: MailerDeps;
  readonly #cancelled = new AbortController();
  readonly #transport: ReturnType<typeof createTransport>;

  constructor(deps: MailerDeps) {
    this.#deps = deps;
    this.#transport = createTransport(deps.smtpUrl);
  }

  /** Never rejects. */
  async send(mail: Mail): Promise<SendOutcome> {
    try {
      await this.#transport.sendMail({
        envelope: { from: this.#deps.from.address, to: [mail.to] },
        raw: await this.#signed(await this.#compose(mail)),
        signal: AbortSignal.any([AbortSignal.timeout(NOTICE_LIMITS.timeout), this.#cancelled.signal]),
      });
      return { kind: 'sent' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  /** Builds the message as SMTP sends it: every line ends with CRLF. */
  async #compose({ to, id, subject, blocks, date, headers }: Mail): Promise<Buffer> {
    const { name, address, domain } = this.#deps.from;
    const message = await new MailComposer({
      from: { name, address },
      to: { name: '', address: to },
      subject,
      text: toText(blocks),
      html: toHtml(subject, blocks),
      messageId: `<${id}.${hashOf(to)}@${domain}>`,
      date,
      // RFC 3834: no machine is to answer.
      headers: { 'Auto-Submitted': 'auto-generated', ...headers },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
      .compile()
      .build();
    return Buffer.from(message.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1');
  }

  /** Cuts off the mails under way, which fail. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** Signs with the key of the nearest domain that is, or holds, the sender's, whichever account has it. */
  async #signed(message: Buffer): Promise<Buffer> {
    const { store, signing, from } = this.#deps;
    const held = nearestFirst(await store.domains.named(namesAbove(from.domain)));
    const digest = await digestMessage([message]);
    for (const row of held.filter((one) => dkimStateOf(one).verified)) {
      const account = await store.accounts.get(row.account_id);
      if (account === undefined || account.suspended) continue;
      try {
        const { header } = await signing.sign(account, { ...digest, allow_unverified: false });
        return Buffer.concat([Buffer.from(header), message]);
      } catch (error) {
        // Not with this key: the mail is worth more than its signature.
        if (!(error instanceof LetterheadError) || error.code === 'unavailable') throw error;
      }
    }
    return message;
  }
}

/** A password goes over TLS alone, unless the server is on this machine. */
function createTransport(smtpUrl: string) {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const auth = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const silence = NOTICE_LIMITS.silence;
  return nodemailer.createTransport({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port === '' ? {} : { port: Number(port) }),
    secure: protocol === 'smtps:',
    ...(username === '' ? {} : { auth, requireTLS: !isLocal }),
    // A mail server on this machine has a certificate for another name.
    ignoreTLS: isLocal && protocol === 'smtp:',
    connectionTimeout: silence,
    greetingTimeout: silence,
    socketTimeout: silence,
    dnsTimeout: silence,
  });
}

/** Only what the server says of the recipient or of the message is final: the rest can be put right. */
function outcomeOf(error: unknown): SendOutcome {
  if (!(error instanceof Error)) return { kind: 'failed', error: String(error) };
  // What nodemailer rejects with; of any other error, these fields are undefined.
  const { code, command, permanent, response }: NodemailerError = error;
  const isAboutMail = command === 'RCPT TO' || command === 'DATA';
  if (permanent === true && isAboutMail) return { kind: 'refused', answer: inShort(response) };
  // An address that this mail server cannot be asked for at all, as one in another script.
  if (code === 'EENVELOPE' && response === undefined)
    return { kind: 'refused', answer: inShort(error.message) };
  return { kind: 'failed', error: inShort(error.message) };
}

/** Tells the mails of one notice apart. */
function hashOf(address: string): string {
  return createHash('sha256').update(address).digest('hex').slice(0, 16);
}

function inShort(text = ''): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, NOTICE_LIMITS.answerCharacters);
}
