import { randomBytes } from 'node:crypto';
import { registrableDomain } from '@letterhead/shared';
import { toInstant } from '../../server/instant.ts';
import { firstCheckTimes } from '../../server/monitor/schedule.ts';
import { dnsRecordOf } from '../../server/records/dns-records.ts';
import { activeKeyOf, dkimStateOf, withRecords } from '../../server/records/record-states.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import type { Store } from '../../server/store/store.ts';
import { advise } from '../../server/verification/advice/advise.ts';
import type { CheckEvidence } from '../../server/verification/evidence.ts';
import { toKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import { judge } from '../../server/verification/verdict.ts';
import { withoutSync } from '../store/grow-folder.ts';

/** While a record is verified it is looked at so often. Milliseconds. */
const WHILE_VERIFIED = 6 * 60 * 60 * 1000;
const clock = () => new Date();

/** A domain with its DKIM record. */
export interface DiagnosedDomain {
  readonly domain: string;
  readonly hostname: string;
  readonly value: string;
}

/** Makes every domain in a data folder verified, with the evidence that a check leaves behind. */
export async function diagnoseAll(dataDir: string): Promise<void> {
  await using store = await openForPreparation(dataDir);
  for (const { id } of await store.accounts.list()) {
    const rows = await store.domains.list(id, {});
    await Promise.all(rows.map((row) => diagnose(store, row)));
  }
}

/** Makes a domain verified, with the evidence that a check leaves behind. */
export async function diagnose(store: Store, row: DomainRow): Promise<void> {
  const since = toInstant(clock());
  await store.domains.update(row.account_id, row.id, (current) => ({
    row: withRecords(
      current,
      current.records.map((state) => ({ ...state, verified: true, since })),
    ),
    events: [],
  }));
  const evidence = evidenceOf(row);
  const { selector } = evidence;
  const kept = toKeptDiagnosis(undefined, row, judge(row, evidence.records), advise(row, evidence.advice));
  const { account_id: account, id } = row;
  await store.checks.finish(
    { account, id, selector, began: since },
    { evidence: kept, change: () => null, times: () => row.checks ?? firstCheckTimes(row, randomBytes) },
  );
}

/**
 * Spreads the checks of all domains evenly from a time on, as they are when nothing is new.
 * Returns those that are due first.
 */
export async function spreadChecks(dataDir: string, from: Date, howMany: number): Promise<DiagnosedDomain[]> {
  await using store = await openForPreparation(dataDir);
  const rows = await Array.fromAsync(allDomains(store));
  for (const [at, row] of rows.entries()) {
    const due = toInstant(new Date(from.getTime() + (WHILE_VERIFIED * at) / rows.length));
    await store.checks.reschedule(
      { account: row.account_id, id: row.id },
      {
        checked_at: row.updated_at,
        began_at: null,
        due: { 'dkim:1': due, return_path: null },
        codes: { 'dkim:1': 'OK' },
      },
    );
  }
  return rows.slice(0, howMany).map((row) => ({ domain: row.domain, ...dkimOf(row) }));
}

async function* allDomains(store: Store): AsyncGenerator<DomainRow> {
  for (const { id } of await store.accounts.list()) yield* await store.domains.list(id, {});
}

async function openForPreparation(dataDir: string): Promise<Store & AsyncDisposable> {
  const store = await openJsonStore({ dataDir, clock, fileSystem: withoutSync(nodeFileSystem) });
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

function dkimOf(row: DomainRow): { hostname: string; fqdn: string; value: string } {
  const record = dnsRecordOf(row, dkimStateOf(row).id);
  if (record === undefined) throw new Error('Every domain has a DKIM record.');
  return record;
}

/** What a check sees that finds everything in order at two name servers. */
function evidenceOf(row: DomainRow): CheckEvidence {
  const zone = registrableDomain(row);
  const { fqdn, value } = dkimOf(row);
  const present = (text: string) => ({ kind: 'present' as const, values: [text], cname: null, ttl: 300 });
  const nameServers = [`ns1.${zone}`, `ns2.${zone}`];
  return {
    selector: activeKeyOf(row).selector,
    records: {
      'dkim:1': {
        fqdn,
        type: 'TXT',
        observed_at: clock().toISOString(),
        delegation: { kind: 'found', zone, nameServers },
        zone,
        observations: nameServers.map((name, at) => ({
          name,
          address: `192.0.2.${at + 1}`,
          outcome: present(value),
          ms: 20,
        })),
        resolver: present(value),
        alias: null,
        findings: [],
      },
    },
    advice: {
      spf: { txt: present('v=spf1 mx -all'), lookups: 1 },
      dmarc: [row.domain, zone].map((name) => ({ name: `_dmarc.${name}`, txt: present('v=DMARC1; p=none') })),
      mx: present(`10 mx.${zone}`),
    },
  };
}
