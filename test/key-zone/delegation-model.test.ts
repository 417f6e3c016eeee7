import type { Actor } from '@letterhead/shared';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import type { Observation } from '../../server/dns/outcome.ts';
import { toInstant } from '../../server/instant.ts';
import { contentOf } from '../../server/key-zone/store-content.ts';
import { namesOf } from '../../server/key-zone/zone-content.ts';
import type { KeysChange } from '../../server/keys/rotation.ts';
import {
  addPending,
  addSwitch,
  isFull,
  isSecondVerified,
  retire,
  revoke,
} from '../../server/keys/rotation.ts';
import { applyVerdicts } from '../../server/monitor/apply-verdicts.ts';
import { checkedRecordsOf, KEY_TTL, keyZoneText } from '../../server/records/dns-records.ts';
import { activeKeyOf, dkimStateOf, type NewKey, pendingKeyOf } from '../../server/records/record-states.ts';
import type { DomainRow, KeyState } from '../../server/store/interface/domain-row.ts';
import type { RecordEvidence } from '../../server/verification/evidence.ts';
import { judge } from '../../server/verification/verdict.ts';
import { delegatedFields, newPublicKey, sendingDomain } from '../verification/sending-domain.ts';

const ZONE = 'keys.example';
const NAMES = { zone: ZONE, label: 'label', selectors: ['one', 'two'] } as const;
const ACTOR: Actor = { kind: 'cli', token_id: null, address: null };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const SERVERS = [0, 1] as const;
/** Few, because making one takes long: a model needs no more different ones than it has keys at once. */
const PUBLIC_KEYS = Array.from({ length: 8 }, () => newPublicKey(1024));

const step = fc.oneof(
  {
    arbitrary: fc.record({ kind: fc.constantFrom('check' as const, 'send' as const, 'transfer' as const) }),
    weight: 4,
  },
  { arbitrary: fc.record({ kind: fc.constantFrom('rotate' as const) }), weight: 2 },
  fc.record({
    kind: fc.constantFrom('revoke' as const, 'remove' as const),
    state: fc.constantFrom<KeyState>('pending', 'active', 'retiring', 'revoked'),
  }),
  fc.record({ kind: fc.constant('switch' as const), delegated: fc.boolean() }),
  {
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      record: fc.nat({ max: 2 }),
      isThere: fc.boolean(),
    }),
    weight: 3,
  },
  fc.record({
    kind: fc.constant('silence' as const),
    server: fc.constantFrom(...SERVERS),
    isSilent: fc.boolean(),
  }),
  {
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      time: fc.constantFrom(MINUTE, 4 * MINUTE, 6 * MINUTE, DAY, 8 * DAY),
    }),
    weight: 3,
  },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
type KeyStep = Exclude<Step, { kind: 'check' | 'send' | 'transfer' | 'publish' | 'silence' | 'pass' }>;

/** What a server of the key zone has at a name, and when what was there before was replaced; null: nothing was. */
interface Held {
  readonly text: string;
  readonly replacedAt: number | null;
}

/** A domain, what its owner has published, a primary that is sent changes, and a secondary that transfers them. */
class World {
  now = Date.parse('2026-01-01T00:00:00Z');
  row: DomainRow = { ...sendingDomain(), ...delegatedFields(NAMES) };
  readonly #published = new Set<string>();
  readonly #servers: [Map<string, Held>, Map<string, Held>] = [new Map(), new Map()];
  readonly #silent = new Set<number>();
  #keys = 0;

  take(one: Step): void {
    switch (one.kind) {
      case 'check':
        this.check();
        return;
      case 'send':
        this.#send();
        return;
      case 'transfer':
        for (const [name, { text }] of this.#servers[0]) this.#hold(1, name, text);
        return;
      case 'publish': {
        const fqdn = checkedRecordsOf(this.row)[one.record]?.fqdn;
        if (fqdn !== undefined) this.#published[one.isThere ? 'add' : 'delete'](fqdn);
        return;
      }
      case 'silence':
        this.#silent[one.isSilent ? 'add' : 'delete'](one.server);
        return;
      case 'pass':
        this.now += one.time;
        return;
      default:
        this.#changeKeys(one);
    }
  }

  check(): void {
    const records = Object.fromEntries(
      checkedRecordsOf(this.row).map((record) => [record.id, this.#seen(record)]),
    );
    const verdicts = judge(this.row, records);
    const at = new Date(this.now);
    const nothingKept = { silence: null, before: undefined, found: { records: {} } };
    const applied = { ...nothingKept, mode: 'verify', began: at, ended: at, actor: ACTOR } as const;
    this.row = applyVerdicts(this.row, verdicts, applied)?.row ?? this.row;
  }

  /** Whether every server, and every cache that has asked one, has the key at the name in the zone. */
  isFoundEverywhere(): boolean {
    const { public_key, selector } = activeKeyOf(this.row);
    const name = `${selector}.${NAMES.label}.${ZONE}`;
    return this.#servers.every((server, at) => {
      const held = server.get(name);
      // A server that doesn't answer has nothing that a name which is new had before.
      if (held === undefined) return this.#silent.has(at) || server.size === 0;
      const isOld = held.replacedAt === null || this.now - held.replacedAt >= KEY_TTL * 1000;
      return held.text === keyZoneText(public_key) && isOld;
    });
  }

  heal(): void {
    this.#silent.clear();
    const settle = () => {
      for (const record of checkedRecordsOf(this.row)) {
        const isRevoked = record.kind === 'dkim' && record.keyState === 'revoked';
        this.#published[isRevoked ? 'delete' : 'add'](record.fqdn);
      }
      this.take({ kind: 'send' });
      this.take({ kind: 'transfer' });
      this.check();
    };
    for (let round = 0; round < 4; round++) {
      settle();
      this.now += 6 * MINUTE;
    }
  }

  #changeKeys(one: KeyStep): void {
    const { row } = this;
    const cause = { actor: ACTOR, at: toInstant(new Date(this.now)) };
    const changed = this.#changeOf(one, row, cause);
    if (changed !== null) this.row = changed.row;
  }

  /** As the service refuses and does it. */
  #changeOf(one: KeyStep, row: DomainRow, cause: { actor: Actor; at: string }): KeysChange | null {
    const active = activeKeyOf(row);
    const isRetiringInZone = row.keys.some((key) => key.state === 'retiring' && key.published_as === 'cname');
    const isBusy = pendingKeyOf(row) !== undefined || isRetiringInZone || isFull(row);
    switch (one.kind) {
      case 'rotate':
        if (isBusy || (active.published_as === 'cname' && !isSecondVerified(row))) return null;
        return addPending(row, this.#newKey(cause.at), cause);
      case 'switch':
        if (isBusy || (active.published_as === 'cname') === one.delegated) return null;
        return addSwitch(row, this.#newKey(cause.at), one.delegated ? NAMES : null, cause);
      default: {
        const key = row.keys.find(({ state }) => state === one.state);
        if (key === undefined) return null;
        if (one.kind === 'remove') return key.state === 'active' ? null : retire(row, [key], cause);
        return key.state === 'revoked' ? null : revoke(row, key, this.#newKey(cause.at), cause);
      }
    }
  }

  #newKey(at: string): NewKey {
    const publicKey = PUBLIC_KEYS[++this.#keys % PUBLIC_KEYS.length] ?? '';
    const selector = `own${this.#keys}`;
    return { selector, publishedAs: 'txt', publicKey, bits: 1024, privateKey: 'sealed', usableAt: at };
  }

  #send(): void {
    const content = contentOf(this.row, ZONE);
    for (const [name, text] of content === undefined ? [] : namesOf(content, ZONE)) this.#hold(0, name, text);
  }

  #hold(server: 0 | 1, name: string, text: string): void {
    const held = this.#servers[server].get(name);
    if (held?.text === text) return;
    this.#servers[server].set(name, { text, replacedAt: held === undefined ? null : this.now });
  }

  #seen({ fqdn, type, value, kind }: ReturnType<typeof checkedRecordsOf>[number]): RecordEvidence {
    const isThere = this.#published.has(fqdn);
    const at = (name: string, values: string[] | null): Observation => ({
      name,
      address: '192.0.2.1',
      ms: 1,
      outcome:
        values === null
          ? { kind: 'absent', reason: 'nxdomain', negativeTtl: 60 }
          : { kind: 'present', values, cname: type === 'CNAME' ? (values[0] ?? null) : null, ttl: 300 },
    });
    const target = this.#servers.map((server, i): Observation => {
      const held = server.get(value)?.text;
      const observation = at(`ns${i}`, held === undefined ? null : [held]);
      const unknown = { ...observation, outcome: { kind: 'unknown', reason: 'timeout' } } as const;
      return this.#silent.has(i) ? unknown : observation;
    });
    return {
      fqdn,
      type,
      observed_at: toInstant(new Date(this.now)),
      delegation: { kind: 'found', zone: 'example.org', nameServers: ['ns'] },
      zone: 'example.org',
      observations: [at('ns', isThere ? [value] : null)],
      resolver: null,
      alias: null,
      findings: [],
      ...(kind === 'cname' && isThere ? { target: { observations: target, cachedFor: KEY_TTL } } : {}),
    };
  }
}

function expectSound(world: World, wasVerified: boolean): void {
  const { keys, records } = world.row;
  const count = (state: KeyState) => keys.filter((key) => key.state === state).length;
  expect(count('active')).toBe(1);
  expect(count('pending')).toBeLessThanOrEqual(1);
  const live = keys.filter(({ state, published_as }) => state !== 'revoked' && published_as === 'cname');
  expect(new Set(live.map(({ selector }) => selector)).size).toBe(live.length);
  const isInZone = keys.some(({ published_as }) => published_as === 'cname');
  expect(records.filter(({ kind }) => kind === 'cname')).toHaveLength(isInZone ? 2 : 0);
  const active = activeKeyOf(world.row);
  const { verified } = dkimStateOf(world.row);
  // What is published is the owner's to take away; a key in the zone begins to sign only where everybody finds it.
  if (verified && !wasVerified && active.published_as === 'cname')
    expect(world.isFoundEverywhere()).toBe(true);
}

/** The key that may sign, if there is one. */
function signing({ row }: World): number | null {
  return dkimStateOf(row).verified ? activeKeyOf(row).id : null;
}

test('no interleaving signs with a key in the zone that somebody cannot find, or gets stuck', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 30 }), (steps) => {
      const world = new World();
      for (const one of steps) {
        const before = signing(world);
        world.take(one);
        expectSound(world, before === signing(world));
      }
      world.heal();
      expect(signing(world)).not.toBeNull();
      world.now += 8 * DAY;
      world.heal();
      expect(world.row.keys.map(({ state }) => state)).toEqual(['active']);
    }),
    { numRuns: inject('rotations') },
  );
}, 600_000);
