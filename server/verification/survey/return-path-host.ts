import type { Dns, Outcome } from '../../dns/outcome.ts';
import { type RandomSource, randomLabel } from '../../random.ts';
import { isSpfRecord } from '../advice/spf-record.ts';

/** How long a start may take to find out; it listens meanwhile. In milliseconds. */
const PATIENCE = 9_000;

/**
 * What the host that bounces go to lacks: each domain's Return-Path is a name of its own below it, so it needs an MX
 * and an SPF record at `*`. One sentence for each; none where DNS gives nothing definitive.
 */
export async function findReturnPathHostProblems(
  dns: Dns,
  host: string,
  random: RandomSource,
): Promise<string[]> {
  const check = dns.open(host, { signal: AbortSignal.timeout(PATIENCE), owner: 0 });
  const name = `${randomLabel(20, random)}.${host}`;
  const [mx, txt] = await Promise.all([check.askResolver(name, 'MX'), check.askResolver(name, 'TXT')]);
  return [
    ...(lacks(mx, () => true)
      ? [
          `*.${host} has no MX record: bounces of the mail that is sent cannot come back. Publish one that names your bounce server.`,
        ]
      : []),
    ...(lacks(txt, isSpfRecord)
      ? [
          `*.${host} has no SPF record: receivers cannot see that your servers may send. Publish a TXT record such as "v=spf1 ip4:192.0.2.1 -all" with their addresses.`,
        ]
      : []),
  ];
}

function lacks(outcome: Outcome, wanted: (value: string) => boolean): boolean {
  switch (outcome.kind) {
    case 'present':
      return !outcome.values.some(wanted);
    case 'absent':
      return true;
    case 'unknown':
      return false;
  }
}
