/** A way to have messages signed. */
export interface Signer {
  readonly name: string;
  /** Of a mail server that signs: its name as a verifier. */
  readonly program?: string;
  /** Messages that it signs (null) where `signing.sign` does not, or refuses with another reason. */
  readonly differs: Readonly<Record<string, RegExp | null>>;
  /** The message as it is sent, with its signature. Rejects with the reason where it is refused. */
  sign(message: Buffer): Promise<Buffer>;
}

/** With CRLF, also at the end, as SMTP has it. */
export function asSent(message: Buffer): Buffer {
  const text = message.toString('latin1');
  const lines = text.includes('\r\n') ? text : text.replaceAll('\n', '\r\n');
  return Buffer.from(lines.endsWith('\r\n') ? lines : `${lines}\r\n`, 'latin1');
}

/** What a milter is handed of a message. Throws where its MTA can't have taken it: SMTP carries no CR or LF alone. */
export function asHandedToMilter(message: Buffer): Buffer {
  const sent = asSent(message);
  if (/\r(?!\n)|(?<!\r)\n/.test(sent.toString('latin1')))
    throw new Error('SMTP carries no CR or LF alone (RFC 5321 §2.3.8), so that a milter gets none.');
  return sent;
}

/** Whether a signer has put its signature before a message. */
export function isSigned(message: Buffer): boolean {
  return message.toString('latin1', 0, 'DKIM-Signature:'.length) === 'DKIM-Signature:';
}
