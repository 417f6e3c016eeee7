import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { Primary } from '../../server/key-zone/primary.ts';
import { parseSettings } from '../../server/settings.ts';
import { LoopbackPrimary, type Tampering } from './loopback-primary.ts';

const ZONE = 'keys.example';
const NEVER = new AbortController().signal;
const CHANGE = [{ name: `a.label.${ZONE}`, text: 'one' }];

async function start(): Promise<{ server: LoopbackPrimary; primary: Primary }> {
  const server = await LoopbackPrimary.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { DKIM_ZONE_SERVER, DKIM_ZONE_TSIG } = parseSettings(server.settings);
  if (DKIM_ZONE_SERVER === null || DKIM_ZONE_TSIG === null) throw new Error('no settings');
  const options = { server: DKIM_ZONE_SERVER, zone: ZONE, tsig: DKIM_ZONE_TSIG, random: randomBytes };
  return { server, primary: new Primary({ ...options, clock: () => new Date() }) };
}

function withoutTsig(answer: Buffer): Buffer {
  const header = Buffer.from(answer.subarray(0, 12));
  header.writeUInt16BE(0, 10);
  return header;
}

/** One name of 126 labels, and pointers to it in as many records as fit. */
function withLongNames(answer: Buffer): Buffer {
  const count = 5_400;
  const counts = Buffer.from([0, 0, count >> 8, count & 0xff, 0, 0, 0, 0]);
  const rest = Buffer.from([0, 16, 0, 1, 0, 0, 0, 0, 0, 0]);
  const name = Buffer.concat([...Array(126).fill(Buffer.from([1, 7])), Buffer.of(0)]);
  const record = Buffer.concat([Buffer.from([0xc0, 12]), rest]);
  return Buffer.concat([answer.subarray(0, 4), counts, name, rest, ...Array(count - 1).fill(record)]);
}

const change =
  (at: number, octet: (before: number) => number): Tampering =>
  (answer) => {
    const changed = Buffer.from(answer);
    changed.writeUInt8(octet(changed.readUInt8(at)), at);
    return changed;
  };

test.each<[what: string, reason: string, tamper: Tampering]>([
  ['is not signed', 'unsigned', withoutTsig],
  ['has another id', 'malformed', change(0, (octet) => octet ^ 1)],
  ['says afterwards that the update was done', 'foreign', change(3, (octet) => octet ^ 0x40)],
  [
    'has another MAC',
    'foreign',
    (answer) => change(answer.length - 10, (octet) => octet ^ 1)(answer, answer),
  ],
  ['is a question', 'malformed', change(2, (octet) => octet & 0x7f)],
  ['is no message', 'malformed', () => Buffer.from('not a message')],
  ['is empty', 'malformed', () => Buffer.alloc(0)],
  ['is cut short', 'malformed', (answer) => answer.subarray(0, answer.length - 5)],
  [
    'has a name that points to itself',
    'malformed',
    (answer) =>
      Buffer.concat([answer.subarray(0, 12), Buffer.from([0xc0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]),
  ],
  ['has thousands of the longest names, by compression', 'malformed', withLongNames],
  ['refuses without a signature', 'refused', (answer) => change(3, () => 5)(withoutTsig(answer), answer)],
])('an answer that %s is no confirmation of an update', async (_, reason, tamper) => {
  const { server, primary } = await start();
  server.tamper = tamper;
  await expect(primary.update(CHANGE, NEVER)).rejects.toMatchObject({ reason });
  server.tamper = (answer) => answer;
  await primary.update(CHANGE, NEVER);
});

test('a primary that hangs up, or answers nothing until the caller gives up, fails an update', async () => {
  const { server, primary } = await start();
  server.tamper = () => null;
  const giveUp = new AbortController();
  const update = primary.update(CHANGE, giveUp.signal);
  giveUp.abort();
  await expect(update).rejects.toMatchObject({ reason: 'timeout' });
  await server[Symbol.asyncDispose]();
  await expect(primary.update(CHANGE, NEVER)).rejects.toMatchObject({ reason: 'unreachable' });
});

test('a transfer in many messages counts if the first, the last and at least every hundredth are signed', async () => {
  const { server, primary } = await start();
  for (let i = 0; i < 300; i++) server.names.set(`n${i}.label.${ZONE}`, `text ${i}`);
  server.namesAMessage = 1;
  const transfer = async () => {
    let count = 0;
    await primary.transfer(() => count++, NEVER);
    return count;
  };
  expect(await transfer()).toBe(300);
  server.isSigned = (message, isLast) => message % 100 === 0 || isLast;
  expect(await transfer()).toBe(300);
  server.isSigned = (message) => message === 0;
  await expect(transfer()).rejects.toMatchObject({ reason: 'unsigned' });
  server.isSigned = (message, isLast) => message === 0 || (message > 101 && isLast);
  await expect(transfer()).rejects.toMatchObject({ reason: 'unsigned' });
  server.isSigned = (message) => message > 0;
  await expect(transfer()).rejects.toMatchObject({ reason: 'unsigned' });
  server.isSigned = (message, isLast) => message % 100 === 0 || isLast;
  server.namesAMessage = 50;
  server.tamper = (answer) => {
    const changed = Buffer.from(answer);
    changed.writeUInt8(changed.readUInt8(40) ^ 1, 40);
    return changed;
  };
  await expect(transfer()).rejects.toMatchObject({
    reason: expect.stringMatching(/^(?:foreign|malformed)$/),
  });
});
