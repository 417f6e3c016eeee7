import { hash } from 'node:crypto';
import type { Domain } from '@letterhead/shared';
import { beforeAll, describe, expect, test } from 'vitest';
import { startMachine } from '../receivers/machine.ts';
import type { Signed } from '../receivers/machine-process.ts';
import { MAILAUTH, verifyWithMailauth } from '../receivers/mailauth.ts';
import type { Verdict } from '../receivers/receiver.ts';
import { startTestServer } from '../running-server.ts';
import type { HardMessage } from './hard-messages.ts';
import { hardMessages } from './hard-messages.ts';
import { addVerifiedDomain, keyRecordOf } from './sending-account.ts';
import { signersOf } from './signers.ts';

const MINUTES = 60_000;
const IDN = 'xn--bcher-kva.example';

/** Messages that one verifier judges otherwise than all others, which agree with RFC 6376. */
const QUIRKS: Readonly<Record<string, readonly string[]>> = {
  // Verifies no signature of a message with such a line; RFC 5322 §2.1.1 allows 998 characters.
  exim: ['a body line of 100,000 characters'],
  // White space is SP and HTAB alone (§2.8); RFC 5322 §3.6 has Subject, To and Cc once.
  rspamd: ['control characters in the body', 'a body of white space', 'duplicate fields'],
};

/** What came of one message with one signer. */
interface Outcome {
  readonly cell: string;
  readonly hard: HardMessage;
  /** Whether the message should be signed. */
  readonly isSignable: boolean;
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
  await using server = await startTestServer({ clock: () => now, dns: { zones } });
  const domains = [await addVerifiedDomain(server, 'example.org'), await addVerifiedDomain(server, IDN)];
  const outcomes: Outcome[] = [];
  for (const { name, mends, sign } of signersOf(server)) {
    for (const hard of messages) {
      const common = {
        cell: `${name}: ${hard.what}`,
        hard,
        isSignable: hard.refused === null || (mends && hard.isMended === true),
      };
      const made = sign(hard.message).then(
        (signed) => ({ signed, reason: '' }),
        (error: Error) => ({ signed: null, reason: error.message }),
      );
      outcomes.push({ ...common, ...(await made) });
    }
  }
  return { outcomes, domains };
}

/** The signed messages, by their hash. */
function distinct(outcomes: readonly Outcome[]): Map<string, Buffer> {
  return new Map(outcomes.flatMap(({ signed }) => (signed === null ? [] : [[hashOf(signed), signed]])));
}

function hashOf(message: Buffer): string {
  return hash('sha256', message);
}

function toSigned(message: Buffer, domains: readonly Domain[]): Signed {
  const [, name] = /^DKIM-Signature:.*?\sd=([^;]+);/s.exec(message.toString('latin1')) ?? [];
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
    const wrong = outcomes.filter(({ hard, isSignable, signed, reason }) =>
      isSignable ? signed === null : signed !== null || hard.refused?.test(reason) !== true,
    );
    expect(outcomes.length).toBeGreaterThan(100);
    expect(wrong.map(({ cell, reason }) => `${cell}: ${reason || 'signed'}`)).toEqual([]);
  });

  test('each signature is valid to every verifier that the machine has', () => {
    const order = [...distinct(outcomes).keys()];
    const failed = Object.entries(verdicts).flatMap(([verifier, all]) =>
      outcomes.flatMap(({ cell, hard, signed }) => {
        if (signed === null || QUIRKS[verifier]?.includes(hard.what) === true) return [];
        const verdict = all[order.indexOf(hashOf(signed))];
        return verdict?.passes === true ? [] : [`${verifier}, ${cell}: ${verdict?.said ?? 'nothing'}`];
      }),
    );
    expect(failed).toEqual([]);
  });
});
