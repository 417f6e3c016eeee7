import { describe, expect, test } from 'vitest';
import { delegateFrom, resolveFrom } from '../dns/parent-zone.ts';
import { CheckFixture } from './check-fixture.ts';
import { followFix } from './follow-fix.ts';
import { OUR_KEY, SELECTOR, sendingDomain } from './sending-domain.ts';

const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS = { TXT: [`k=rsa;p=${OUR_KEY}`] };
const [C, D] = ['ns.c.org', 'ns.d.org'] as const;

/** Where each of the two servers stands, and what each of them holds. */
interface Moving {
  /** Named by the zone above. */
  readonly registrar: readonly string[];
  /** Named by the zone as it is at C, and at D. */
  readonly zoneAtC?: readonly string[];
  readonly zoneAtD?: readonly string[];
  /** Which of them the resolver follows. */
  readonly resolver: 'C' | 'D';
  readonly recordAt: readonly string[];
}

/** `example.org` while its DNS is moved between the servers C and D. */
async function startMoving({ registrar, zoneAtC, zoneAtD, resolver, recordAt }: Moving) {
  const scene = await CheckFixture.set({ spares: 2, zones: { 'example.org': { '@': { NS: [C] } } } });
  const [c] = scene.servers.authorities;
  const [parent, d] = scene.servers.spares;
  if (c === undefined || d === undefined || parent === undefined) throw new Error('too few servers');
  const addresses: Record<string, string> = { [C]: c.address, [D]: d.address };
  delegateFrom(parent, scene.servers, 'example.org', { nameServers: addresses });
  const named = Object.fromEntries(registrar.map((name) => [name, addresses[name] ?? null]));
  delegateFrom(parent, scene.servers, 'example.org', { nameServers: named });
  c.serve('example.org', { '@': { NS: [...(zoneAtC ?? [C])] } });
  d.serve('example.org', { '@': { NS: [...(zoneAtD ?? [D])] } });
  resolveFrom(resolver === 'C' ? c : d, scene.servers, 'example.org');
  if (recordAt.includes(C)) c.publish(FQDN, OURS);
  if (recordAt.includes(D)) d.publish(FQDN, OURS);
  return { scene, c, d, parent };
}

describe.concurrent('a domain whose registrar and zone name different servers', () => {
  test.each<[string, Moving, string]>([
    [
      'the registrar names both servers, each zone names itself, the resolver follows the one with the record',
      { registrar: [C, D], resolver: 'C', recordAt: [C] },
      `At the registrar of example.org, set the name servers to “${C}”.`,
    ],
    [
      'the registrar names both servers, each zone names itself, the resolver follows the one without the record',
      { registrar: [C, D], resolver: 'D', recordAt: [C] },
      `At the registrar of example.org, set the name servers to “${C}”.`,
    ],
    [
      'the registrar names the server with the record, its zone another one',
      { registrar: [C], zoneAtC: [D], resolver: 'C', recordAt: [C] },
      `In the DNS zone example.org, set the NS records at the host “@” to “${C}”.`,
    ],
    [
      'the registrar still names the server before, and the record is at the next one',
      { registrar: [D], resolver: 'C', recordAt: [C] },
      `At the registrar of example.org, set the name servers to “${C}”.`,
    ],
  ])('%s: it is verified, with a warning whose fix mends it', async (_when, moving, fix) => {
    const { scene, ...servers } = await startMoving(moving);
    await using _scene = scene;
    const { dkim, verdicts } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DELEGATION_DIFFERS', severity: 'warning', state: 'valid', fix });
    expect(verdicts['dkim:1']).toMatchObject({ verdict: 'valid', firstHand: true });
    expect(dkim.detail).toContain(D);
    expect(dkim.action).toMatchObject({ type: 'NS', zone: 'example.org', value: C });
    followFix(dkim, scene.servers);
    expect((await scene.check(sendingDomain())).dkim, fix).toMatchObject({ code: 'OK' });
    expect(servers.parent.queriesFor('example.org', 'NS')).toHaveLength(2);
  });
});
