import { hash } from 'node:crypto';
import type { Domain } from '@letterhead/shared';
import { beforeAll, describe, expect, test } from 'vitest';
import { startMachine } from '../receivers/machine.ts';
import type { Signed } from '../receivers/machine-process.ts';
import { MAILAUTH, verifyWithMailauth } from '../receivers/mailauth.ts';
import type { Verdict } from '../receivers/receiver.ts';
import { startTestServer } from '../running-server.ts';
import type { Signer } from '../signers/signer.ts';
import type { HardMessage } from './hard-messages.ts';
import { hardMessages } from './hard-messages.ts';
import { addVerifiedDomain, keyRecordOf } from './sending-account.ts';
import { startSigners } from './signers.ts';

const MINUTES = 60_000;
const IDN = 'xn--bcher-kva.example';

/** Cells in which one program is at odds with all others, which agree with RFC 6376. Without a verifier: with each. */
const QUIRKS: readonly { signer?: string; verifier?: string; messages: readonly string[] }[] = [
  // Verifies no signature of a message with such a line; RFC 5322 §2.1.1 allows 998 characters.
  { verifier: 'exim', messages: ['a body line of 100,000 characters'] },
  // White space is SP and HTAB alone (§2.8); RFC 5322 §3.6 has From, Subject, To and Cc once.
  {
    verifier: 'rspamd',
    messages: [
      'control characters in the body',
      'a body of white space',
      'duplicate fields',
      'two From fields',
    ],
  },
  {
    signer: 'rspamd',
    messages: ['control characters in the body', 'a body of white space', 'duplicate fields'],
  },
  // Reads no message beyond a NUL.
  { verifier: 'opendkim', messages: ['a NUL'] },
  { signer: 'rspamd', verifier: 'Mail::DKIM', messages: ['no field but From'] },
];

function isQuirk(signer: string | undefined, verifier: string, what: string): boolean {
  return QUIRKS.some(
    (quirk) =>
      quirk.messages.includes(what) &&
      (quirk.signer ?? signer) === signer &&
      (quirk.verifier ?? verifier) === verifier,
  );
}

/** What came of one message with one signer. */
interface Outcome {
  readonly cell: string;
  readonly what: string;
  /** The mail server that signed it, as a verifier; undefined: Letterhead did. */
  readonly program: string | undefined;
  /** Why it should be refused; null: it should be signed. */
  readonly refused: RegExp | null;
  /** Null: it was refused. */
  readonly signed: Buffer | null;
  readonly reason: string;
}

async function signAll(
  messages: readonly HardMessage[],
): Promise<{ outcomes: Outcome[]; domains: Domain[] }> {
  const now = new Date();
  const zones = { 'example.org': {}, [IDN]: {} };
  // At one time, so that what several signers make alike is verified once.
  await using server = await startTestServer({
    clock: () => now,
    dns: { zones },
    environment: { KEY_DELIVERY: 'true' },
  });
  const domains = [await addVerifiedDomain(server, 'example.org'), await addVerifiedDomain(server, IDN)];
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
  await using started = await startSigners(server);
  const outcomes: Outcome[] = [];
  for (const signer of started.signers)
    for (const hard of messages) outcomes.push(await signOne(signer, hard));
  return { outcomes, domains };
}

async function signOne(
  { name, program, differs, sign }: Signer,
  { what, message, refused }: HardMessage,
): Promise<Outcome> {
  const made = await sign(message).then(
    (signed) => ({ signed, reason: '' }),
    (error: Error) => ({ signed: null, reason: error.message }),
  );
  const expected = differs[what] === undefined ? refused : differs[what];
  return { cell: `${name}: ${what}`, what, program, refused: expected, ...made };
}

/** The signed messages, by their hash. */
function distinct(outcomes: readonly Outcome[]): Map<string, Buffer> {
  return new Map(outcomes.flatMap(({ signed }) => (signed === null ? [] : [[hashOf(signed), signed]])));
}

function hashOf(message: Buffer): string {
  return hash('sha256', message);
}

function toSigned(message: Buffer, domains: readonly Domain[]): Signed {
  const [, name] = /^DKIM-Signature:.*?\sd=([^;\s]+)/s.exec(message.toString('latin1')) ?? [];
  const domain = domains.find((one) => one.domain === name);
  if (domain === undefined) throw new Error(`A message was signed by ${name}.`);
  const selector = domain.dns_records[0]?.hostname.split('.')[0] ?? '';
  return {
    domain: domain.domain,
    selector,
    record: keyRecordOf(domain),
    message: message.toString('base64'),
  };
}

/** Verdicts by verifier; those that the machine lacks are named in the output. */
async function verifyEverywhere(signed: readonly Signed[]): Promise<Record<string, readonly Verdict[]>> {
  const own: Verdict[] = [];
  for (const { message, record } of signed)
    own.push(await verifyWithMailauth(Buffer.from(message, 'base64'), record));
  await using machine = await startMachine().catch((error: unknown) => {
    process.stdout.write(`The other verifiers need a network namespace: ${error}\n`);
    return null;
  });
  if (machine === null) return { [MAILAUTH]: own };
  const { missing } = machine.ready;
  if (missing.length > 0) process.stdout.write(`Not on this machine: ${missing.join(', ')}.\n`);
  return { ...(await machine.ask<Record<string, readonly Verdict[]>>(signed)), [MAILAUTH]: own };
}

describe('signers, verifiers and hard messages', () => {
  let outcomes: Outcome[] = [];
  let verdicts: Record<string, readonly Verdict[]> = {};

  beforeAll(async () => {
    const result = await signAll(await hardMessages());
    outcomes = result.outcomes;
    const messages = [...distinct(outcomes).values()];
    verdicts = await verifyEverywhere(messages.map((message) => toSigned(message, result.domains)));
  }, 10 * MINUTES);

  test('each message is signed, or refused with its reason', () => {
    const wrong = outcomes.filter(({ refused, signed, reason }) =>
      refused === null ? signed === null : signed !== null || !refused.test(reason),
    );
    expect(outcomes.length).toBeGreaterThan(100);
    expect(wrong.map(({ cell, reason }) => `${cell}: ${reason || 'signed'}`)).toEqual([]);
  });

  test('each signature is valid to every verifier that the machine has', () => {
    const order = [...distinct(outcomes).keys()];
    const failed = Object.entries(verdicts).flatMap(([verifier, all]) =>
      outcomes.flatMap(({ cell, what, program, signed }) => {
        if (signed === null || isQuirk(program, verifier, what)) return [];
        const verdict = all[order.indexOf(hashOf(signed))];
        return verdict?.passes === true ? [] : [`${verifier}, ${cell}: ${verdict?.said ?? 'nothing'}`];
      }),
    );
    expect(failed).toEqual([]);
  });
});
