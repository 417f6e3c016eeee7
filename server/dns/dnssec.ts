import { createHash } from 'node:crypto';
import { type FoundDelegation, serversOf } from './delegation.ts';
import { wireName } from './name.ts';
import type { DnssecFailure } from './outcome.ts';

/**
 * Why DNSSEC fails for a delegated zone; null if nothing says so. `keysOf` asks the zone's servers, or one of them, for
 * its DNSKEY records, and gives null if none answers definitively. The keys of one server are enough to show that all
 * is well; that no key matches takes the word of all who answer.
 */
export async function findDnssecFailure(
  { delegation, ds, validated }: FoundDelegation,
  keysOf: (zone: string, onlyServer?: string) => Promise<readonly string[] | null>,
): Promise<DnssecFailure | null> {
  if (delegation.kind !== 'found') return null;
  if (delegation.resolverFailure === 'bogus') return { proof: 'resolver', ds: [...ds] };
  const { zone } = delegation;
  const usable = usableDs(ds);
  const [server] = serversOf(delegation);
  if (validated || usable.length === 0 || server === undefined) return null;
  if (hasMatchingKey(zone, usable, (await keysOf(zone, server)) ?? [])) return null;
  const keys = await keysOf(zone);
  return keys === null || hasMatchingKey(zone, usable, keys) ? null : { proof: 'keys', ds: [...ds] };
}

/** Whether the zone above says that it has no DS records that receivers can use: then DNSSEC cannot fail. */
export function isUnsigned({ delegation, ds }: FoundDelegation): boolean {
  return delegation.kind === 'found' && delegation.parentServers !== undefined && usableDs(ds).length === 0;
}

/**
 * Takes DNSSEC out of the reasons why the resolver failed, where a zone is unsigned. A resolver that could not reach the
 * servers repeats SERVFAIL for some seconds (RFC 2308 §7.1), but asks anew with the checking disabled.
 */
export function withoutFalseAlarm(found: FoundDelegation): FoundDelegation {
  const { delegation } = found;
  const isFalse = delegation.kind === 'found' && delegation.resolverFailure === 'bogus' && isUnsigned(found);
  return isFalse ? { ...found, delegation: { ...delegation, resolverFailure: 'servfail' } } : found;
}

/**
 * Whether one of a zone's keys is one that a DS record above it stands for (RFC 4034 §5). Records are text, as in
 * `Present.values`.
 */
function hasMatchingKey(zone: string, ds: readonly string[], keys: readonly string[]): boolean {
  const wanted = ds.map(readDs);
  const data = keys.map(keyData);
  return wanted.some(({ keyTag, algorithm, digestType, digest }) =>
    data.some(
      (key) =>
        key.readUInt8(3) === algorithm &&
        keyTagOf(key) === keyTag &&
        digestOf(zone, key, digestType) === digest,
    ),
  );
}

/** The DS records that receivers can use; a zone with none but others counts as unsigned (RFC 4035 §5.2). */
export function usableDs(ds: readonly string[]): string[] {
  return ds.filter((one) => {
    const { algorithm, digestType } = readDs(one);
    return ALGORITHMS.has(algorithm) && DIGESTS.has(digestType);
  });
}

/** RSA, ECDSA and EdDSA: what receivers validate (RFC 8624 §3.1). */
const ALGORITHMS = new Set([5, 7, 8, 10, 13, 14, 15, 16]);
const DIGESTS = new Map([
  [1, 'sha1'],
  [2, 'sha256'],
  [4, 'sha384'],
]);

function readDs(text: string) {
  const [keyTag, algorithm, digestType, digest = ''] = text.split(' ');
  return { keyTag: Number(keyTag), algorithm: Number(algorithm), digestType: Number(digestType), digest };
}

/** A DNSKEY record's data on the wire. */
function keyData(text: string): Buffer {
  const [flags, protocol, algorithm, key = ''] = text.split(' ');
  const head = Buffer.alloc(4);
  head.writeUInt16BE(Number(flags));
  head.writeUInt8(Number(protocol), 2);
  head.writeUInt8(Number(algorithm), 3);
  return Buffer.concat([head, Buffer.from(key, 'base64')]);
}

/** RFC 4034, appendix B. */
function keyTagOf(data: Buffer): number {
  let sum = 0;
  for (const [at, octet] of data.entries()) sum += at % 2 === 0 ? octet << 8 : octet;
  return (sum + (sum >> 16)) & 0xffff;
}

/** RFC 4034 §5.1.4. */
function digestOf(zone: string, key: Buffer, digestType: number): string | undefined {
  const algorithm = DIGESTS.get(digestType);
  if (algorithm === undefined) return undefined;
  return createHash(algorithm).update(wireName(zone)).update(key).digest('hex').toUpperCase();
}
