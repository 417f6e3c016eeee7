import type { Answer } from 'dns-packet';
import { canonicalName } from './name.ts';
import type { ReadType } from './outcome.ts';

/** Record of a supported type. */
export interface ResourceRecord {
  /** Canonical. */
  readonly name: string;
  readonly type: ReadType;
  /** In seconds. */
  readonly ttl: number;
  /** As `Present.values` has it; names are canonical. DS and DNSKEY are as in zone files (RFC 4034 §2.2, §5.3). */
  readonly value: string;
  /** Negative caching TTL in seconds, of SOA records; else null (RFC 2308 §5). */
  readonly negativeTtl: number | null;
}

/** Converts a record of the codec; undefined for unsupported types and classes. */
export function toRecord(answer: Answer): ResourceRecord | undefined {
  if (!('class' in answer) || answer.class !== 'IN') return undefined;
  const { ttl = 0 } = answer;
  const name = canonicalName(answer.name);
  const negativeTtl = answer.type === 'SOA' ? Math.min(ttl, answer.data.minimum ?? 0) : null;
  const typed = toValue(answer);
  return typed && { name, ttl, negativeTtl, ...typed };
}

/**
 * Different for any two records of a set: two of type TXT may have the same text in other strings, or in octets that are
 * no UTF-8.
 */
export function identityOf(answer: Answer, { name, type, value }: ResourceRecord): string {
  const data =
    answer.type === 'TXT'
      ? toBuffers(answer.data)
          .map((part) => part.toString('hex'))
          .join()
      : value;
  return `${name} ${type} ${data}`;
}

function toValue(answer: Answer): { type: ReadType; value: string } | undefined {
  switch (answer.type) {
    case 'TXT':
      return { type: answer.type, value: joinStrings(answer.data) };
    case 'CNAME':
    case 'DNAME':
    case 'NS':
      return { type: answer.type, value: canonicalName(answer.data) };
    case 'A':
    case 'AAAA':
      return { type: answer.type, value: answer.data };
    case 'MX':
      return {
        type: answer.type,
        value: `${answer.data.preference ?? 0} ${canonicalName(answer.data.exchange)}`,
      };
    case 'CAA': {
      const { flags = 0, tag, value } = answer.data;
      return { type: answer.type, value: `${flags} ${tag} ${JSON.stringify(value)}` };
    }
    case 'DS': {
      const { keyTag, algorithm, digestType, digest } = answer.data;
      return {
        type: answer.type,
        value: `${keyTag} ${algorithm} ${digestType} ${digest.toString('hex').toUpperCase()}`,
      };
    }
    case 'DNSKEY': {
      const { flags, algorithm, key } = answer.data;
      return { type: answer.type, value: `${flags} 3 ${algorithm} ${key.toString('base64')}` };
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
      const numbers = [serial, refresh, retry, expire, minimum].map((number) => number ?? 0);
      return {
        type: answer.type,
        value: [canonicalName(mname), canonicalName(rname), ...numbers].join(' '),
      };
    }
    default:
      return undefined;
  }
}

/** Joins the strings of a TXT record without a separator (RFC 6376 §3.6.2.2). */
function joinStrings(strings: TxtData): string {
  return Buffer.concat(toBuffers(strings)).toString();
}

type TxtData = string | Buffer | (string | Buffer)[];

function toBuffers(strings: TxtData): Buffer[] {
  return [strings].flat().map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
}
