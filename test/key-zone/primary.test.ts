import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Primary } from '../../server/key-zone/primary.ts';
import { TSIG_ALGORITHMS } from '../../server/key-zone/tsig.ts';
import { decodeText, TYPE, type WireRecord } from '../../server/key-zone/wire.ts';
import { NEVER, primaryAt, SERVER_TSIG, TSIG, ZONE } from './primary-at.ts';
import { ZONE_SERVERS, ZoneServer, type ZoneServerName, type ZoneServerOptions } from './zone-server.ts';

/** As long as a key of 2,048 bits; a hundred much longer ones are too much for a transfer of PowerDNS 4.7. */
const LONG_TEXT = `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`;
/** PowerDNS refuses what it cannot authenticate without saying why. */
const REASONS = {
  knot: { secret: 'bad-signature', key: 'bad-key', time: 'bad-time' },
  named: { secret: 'bad-signature', key: 'bad-key', time: 'bad-time' },
  pdns: { secret: 'refused', key: 'refused', time: 'refused' },
};

describe.each(ZONE_SERVERS)('%s', (name) => {
  test.each(TSIG_ALGORITHMS)(
    'takes updates and gives transfers that are signed with %s',
    async (algorithm) => {
      await using server = await start(name, { tsig: { ...SERVER_TSIG, algorithm } });
      const primary = primaryAt(server, { tsig: { ...TSIG, algorithm } });
      await primary.update([{ name: `a.label.${ZONE}`, text: LONG_TEXT }], NEVER);
      expect(await textsOf(primary)).toEqual({ [`a.label.${ZONE}`]: LONG_TEXT });
      expect((await server.txt(`a.label.${ZONE}`)).join().replaceAll(/"\s*"?/g, '')).toBe(LONG_TEXT);
    },
  );

  test('holds one record at a name after an update is repeated or replaced, and none after it is deleted', async () => {
    await using server = await start(name);
    const primary = primaryAt(server);
    const change = { name: `a.label.${ZONE}`, text: 'one' };
    await primary.update([change], NEVER);
    await primary.update([change], NEVER);
    expect(await server.txt(change.name)).toEqual(['"one"']);
    await primary.update([{ ...change, text: 'two' }], NEVER);
    expect(await server.txt(change.name)).toEqual(['"two"']);
    await primary.update([{ ...change, text: null }], NEVER);
    expect(await server.txt(change.name)).toEqual([]);
    await primary.update([{ ...change, text: null }], NEVER);
  });

  test('holds thousands of records that were sent in few messages, and gives them in one transfer', async () => {
    await using server = await start(name);
    const primary = primaryAt(server);
    const changes = Array.from({ length: 1_000 }, (_, i) => ({
      name: `n${i}.label.${ZONE}`,
      text: `${i} ${LONG_TEXT}`,
    }));
    await primary.update(changes, NEVER);
    expect(await textsOf(primary)).toEqual(
      Object.fromEntries(changes.map(({ name: at, text }) => [at, text])),
    );
  });

  test('leaves what else the zone has as it was', async () => {
    const records =
      '@ MX 10 mail\nmail A 192.0.2.1\nwww CNAME mail\nlabel TXT "not ours"\na\\.b.label TXT "nor this"';
    await using server = await start(name, { records });
    const before = await server.content();
    const primary = primaryAt(server);
    await primary.update([{ name: `a.b.label.${ZONE}`, text: 'ours' }], NEVER);
    expect(await server.content()).toHaveLength(before.length + 1);
    await primary.update([{ name: `a.b.label.${ZONE}`, text: null }], NEVER);
    expect(await server.content()).toEqual(before);
  });

  test('is told apart from one that does not know our key, or has another secret', async () => {
    await using server = await start(name);
    const change = [{ name: `a.label.${ZONE}`, text: 'one' }];
    const otherSecret = primaryAt(server, { tsig: { ...TSIG, secret: randomBytes(32) } });
    await expect(otherSecret.update(change, NEVER)).rejects.toMatchObject({ reason: REASONS[name].secret });
    const otherName = primaryAt(server, { tsig: { ...TSIG, name: 'somebody' } });
    await expect(otherName.update(change, NEVER)).rejects.toMatchObject({ reason: REASONS[name].key });
    expect(await server.txt(`a.label.${ZONE}`)).toEqual([]);
  });

  test('refuses what is signed at another time than its clock shows', async () => {
    await using server = await start(name);
    const late = primaryAt(server, { clock: () => new Date(Date.now() - 3_600_000) });
    const change = [{ name: `a.label.${ZONE}`, text: 'one' }];
    await expect(late.update(change, NEVER)).rejects.toMatchObject({ reason: REASONS[name].time });
  });

  test('is not the server of a zone that it does not serve', async () => {
    await using server = await start(name);
    const elsewhere = primaryAt(server, { zone: 'other.example' });
    const change = [{ name: 'a.label.other.example', text: 'one' }];
    await expect(elsewhere.update(change, NEVER)).rejects.toMatchObject({
      reason: expect.stringMatching(/^(?:not-authoritative|refused)$/),
    });
    await expect(elsewhere.transfer(() => {}, NEVER)).rejects.toMatchObject({
      reason: expect.stringMatching(/^(?:not-authoritative|refused)$/),
    });
  });

  test('keeps an update that it has confirmed when it is killed', async () => {
    await using server = await start(name);
    const primary = primaryAt(server);
    await primary.update([{ name: `a.label.${ZONE}`, text: 'one' }], NEVER);
    await server.kill();
    await expect(primary.update([{ name: `a.label.${ZONE}`, text: 'two' }], NEVER)).rejects.toMatchObject({
      reason: 'unreachable',
    });
    await server.restart();
    expect(await server.txt(`a.label.${ZONE}`)).toEqual(['"one"']);
  });
});

function start(name: ZoneServerName, options: Partial<ZoneServerOptions> = {}): Promise<ZoneServer> {
  return ZoneServer.start(name, { zone: ZONE, tsig: SERVER_TSIG, ...options });
}

async function textsOf(primary: Primary): Promise<Record<string, string>> {
  const records: WireRecord[] = [];
  await primary.transfer((record) => records.push(record), NEVER);
  return Object.fromEntries(
    records.filter(({ type }) => type === TYPE.TXT).map(({ name, data }) => [name, decodeText(data)]),
  );
}
