import { Resolver } from 'node:dns/promises';
import type { ZoneServer } from '../../test/key-zone/zone-server.ts';
import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { percentile } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { startKnot, zoneSettings } from './key-zone.ts';

const WARM_UP = 50;
const CREATES = 300;
const UPDATES = 100;
const LIST = '/api/v1/accounts/1/domains';

interface Created {
  readonly id: number;
  readonly dns_records: readonly { readonly value: string }[];
}

/** What a create costs with a key zone, and how soon the zone's server has what has changed. */
export async function oneDomain(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  await using knot = await startKnot();
  await using letterhead = await startLetterhead(dataFolderIn(folder), { environment: zoneSettings(knot) });
  using client = new HttpClient(letterhead.url, TOKEN);
  let made = 0;
  const create = async (): Promise<Created> =>
    JSON.parse(await client.post(LIST, { domain: `desk-${++made}.example.org` })).data;
  for (let turn = 0; turn < WARM_UP; turn += 1) await create();
  const creates: number[] = [];
  for (let turn = 0; turn < CREATES; turn += 1) creates.push(await timeOf(create));
  const added: number[] = [];
  const replaced: number[] = [];
  for (let turn = 0; turn < UPDATES; turn += 1) {
    let domain: Created | undefined;
    const createAndSee = async () => {
      domain = await create();
      await untilSeen(knot, nameOf(domain, 0), hasKey);
    };
    added.push(await timeOf(createAndSee));
    if (domain === undefined) throw new Error('No domain was created.');
    const { id, dns_records } = domain;
    const revokeAndSee = async () => {
      await client.post(`${LIST}/${id}/keys/1/revoke`, {});
      await untilSeen(knot, dns_records[0]?.value ?? '', (text) => !hasKey(text));
    };
    replaced.push(await timeOf(revokeAndSee));
  }
  return {
    title: 'One domain at a time',
    how: `Over REST, one after the other: ${CREATES} creates after a warm-up, which don’t wait for the zone; then ${UPDATES} creates and as many revocations, from the request until the primary answers a question over UDP with what is new.`,
    table: {
      columns: ['ms', 'p50', 'p95', 'longest'],
      rows: [
        ['create a domain', ...quantiles(creates)],
        ['create a domain, and see its key', ...quantiles(added)],
        ['revoke a key, and see that it is gone', ...quantiles(replaced)],
      ],
    },
    targets: [
      atMost('create, p95', 15, percentile(creates, 0.95), ' ms'),
      atMost('a new name at the authority, p95', 100, percentile(added, 0.95), ' ms'),
      atMost('a changed name at the authority, p95', 100, percentile(replaced, 0.95), ' ms'),
    ],
  };
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

function nameOf({ dns_records }: Created, at: number): string {
  return dns_records[at]?.value ?? '';
}

function hasKey(text: string): boolean {
  return text.includes('p=MII');
}

/** Asks again and again, one question at a time. */
async function untilSeen({ address, port }: ZoneServer, name: string, isSeen: (text: string) => boolean) {
  const resolver = new Resolver();
  resolver.setServers([`${address}:${port}`]);
  for (;;) {
    const records = await resolver.resolveTxt(name).catch(() => null);
    if (records !== null && isSeen(records.flat().join(''))) return;
  }
}

function quantiles(times: readonly number[]): string[] {
  return [0.5, 0.95, 1].map((share) => formatFigure(percentile(times, share)));
}
