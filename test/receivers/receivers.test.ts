import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { createTransport } from 'nodemailer';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { dnsRecordOf } from '../../server/records/dns-records.ts';
import { matches } from '../../server/verification/match-value.ts';
import { everyNearMiss, nearMiss, usableRecord } from '../keys/key-record-spelling.ts';
import { sendingDomain } from '../verification/sending-domain.ts';
import { startMachine } from './machine.ts';
import type { Signed } from './machine-process.ts';
import { MAILAUTH, verifyWithMailauth } from './mailauth.ts';
import { isQuirkOf } from './quirks.ts';
import type { Verdict } from './receiver.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const OURS = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const EXPECTED = dnsRecordOf(sendingDomain({ public_key: OURS }), 'dkim:1');
/** By which it is seen whether a receiver works here at all. */
const USUAL = `v=DKIM1; k=rsa; p=${OURS}`;
const OWN = EXPECTED?.value ?? '';
const MINUTES = 60_000;

const mailer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

type Verdicts = Record<string, readonly Verdict[]>;

/** One record, what Letterhead says of it, and the receivers that refuse a message because of it. */
interface Compared {
  readonly record: string;
  readonly verified: boolean;
  readonly refusals: ReadonlyMap<string, string>;
}

/** A message with a selector of its own, signed with the domain's key. */
async function sign(record: string, at: number): Promise<Signed> {
  const selector = `s${at}`;
  const { message } = await mailer.sendMail({
    from: 'a@example.org',
    to: 'b@example.net',
    subject: 'Hello',
    text: 'Hello.',
    dkim: { domainName: 'example.org', keySelector: selector, privateKey: PEM },
  });
  if (!Buffer.isBuffer(message)) throw new Error('The mailer gave a stream where a buffer was requested.');
  return { selector, record, message: message.toString('base64') };
}

/** Every near miss once, and as many again at random: with a seed of its own each time in the mode `fuzz`. */
function recordsToCompare(): string[] {
  const { random, seed } = inject('receiverSpellings');
  const sample = (spelling: fc.Arbitrary<string>) =>
    fc.sample(spelling, { numRuns: random / 2, ...(seed === null ? {} : { seed }) });
  return [...everyNearMiss(OURS), ...sample(usableRecord(OURS)), ...sample(nearMiss(OURS))];
}

/** By receiver; those that the machine lacks are named in the output. */
async function verifyEverywhere(signed: readonly Signed[]): Promise<Verdicts> {
  const own = await Promise.all(
    signed.map(({ message, record }) => verifyWithMailauth(Buffer.from(message, 'base64'), record)),
  );
  await using machine = await startMachine().catch((error: unknown) => {
    say(`The other receivers take a network namespace, which this machine doesn't give: ${error}`);
    return null;
  });
  if (machine === null) return { [MAILAUTH]: own };
  const { missing } = machine.ready;
  if (missing.length > 0) say(`Not on this machine: ${missing.join(', ')}.`);
  return { ...(await machine.ask<Verdicts>(signed)), [MAILAUTH]: own };
}

/** Leaves out, and names, those that are there and don't take the most usual record either. */
function onlyWorking(verdicts: Verdicts): Verdicts {
  const working = Object.entries(verdicts).filter(([name, [usual]]) => {
    if (usual?.passes !== true) say(`${name} doesn't work here: ${usual?.said}`);
    return usual?.passes === true;
  });
  return Object.fromEntries(working);
}

function compare(records: readonly string[], verdicts: Verdicts): Compared[] {
  return records.map((record, at) => {
    const said = Object.entries(verdicts).map(([name, all]) => [name, all[at]] as const);
    const refusals = said.flatMap(([name, one]) =>
      one?.passes === true ? [] : [[name, one?.said ?? ''] as const],
    );
    const verified = EXPECTED !== undefined && matches(EXPECTED, [record]);
    return { record, verified, refusals: new Map(refusals) };
  });
}

function tableOf(compared: readonly Compared[], names: readonly string[]): string {
  const rows = names.map((name) => {
    const tally = { agree: 0, onlyLetterhead: 0, onlyReceiver: 0 };
    for (const { verified, refusals } of compared) {
      if (verified !== refusals.has(name)) tally.agree++;
      else if (verified) tally.onlyLetterhead++;
      else tally.onlyReceiver++;
    }
    return `${name.padEnd(12)} agree ${tally.agree}, Letterhead yes and it no ${tally.onlyLetterhead}, Letterhead no and it yes ${tally.onlyReceiver}`;
  });
  const alone = compared.filter(({ verified, refusals }) => !verified && refusals.size === 0);
  return [`${compared.length} records, of which Letterhead alone refuses ${alone.length}`, ...rows].join(
    '\n',
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

describe('receivers of mail', () => {
  let compared: Compared[] = [];

  beforeAll(async () => {
    const records = [USUAL, OWN, ...recordsToCompare()];
    const verdicts = onlyWorking(await verifyEverywhere(await Promise.all(records.map(sign))));
    compared = compare(records, verdicts);
    say(tableOf(compared, Object.keys(verdicts)));
  }, 10 * MINUTES);

  test('no record is verified that more than one receiver refuses, unless RFC 6376 allows its spelling', () => {
    const wrong = compared
      .filter(({ verified }) => verified)
      .map(({ record, refusals }) => ({
        record,
        refusedBy: [...refusals].filter(([name]) => !isQuirkOf(name, record)),
      }))
      .filter(({ refusedBy }) => refusedBy.length > 1);
    expect(compared.length).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });

  test('a record as Letterhead gives it out is taken by every receiver', () => {
    const own = compared.find(({ record }) => record === OWN);
    expect(own).toMatchObject({ verified: true, refusals: new Map() });
  });
});
