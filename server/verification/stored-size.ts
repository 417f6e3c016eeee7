import type { Advice } from '@letterhead/shared';
import { EVIDENCE_LIMITS } from '../limits.ts';
import type { StoredRecord } from './stored-diagnosis.ts';
import { jsonBytes, shorten } from './truncate.ts';
import { SHORTENED } from './words/text.ts';

/** What of the whole each of two records may take, and all advice; the rest is left for the indentation of the file. */
const RECORD_BYTES = EVIDENCE_LIMITS.bytes * 0.38;
const ADVICE_BYTES = EVIDENCE_LIMITS.bytes * 0.14;
const MAX_ADVICE = 3;
const MAX_NAME_SERVERS = 16;
/** Bytes for the name of a name server: a name that can be asked for has 253. */
const NAME_BYTES = 300;
/** Bytes of a record's share for its sentences; `found` and the name servers have the rest. */
const DETAIL_BYTES = 3_000;
const FOUND_SHARE = 0.4;

/** The entry with as much of the answers as there is room for; `detail` says where that is not all. */
export function boundRecord(record: Omit<StoredRecord, 'state'>): Omit<StoredRecord, 'state'> {
  const detail = shorten(record.detail, DETAIL_BYTES);
  const servers = record.nameservers
    .slice(0, MAX_NAME_SERVERS)
    .map((server) => ({ ...server, name: shorten(server.name, NAME_BYTES) }));
  const bare = { ...record, detail, found: [], nameservers: servers.map((one) => ({ ...one, values: [] })) };
  const room = RECORD_BYTES - jsonBytes(bare) - SHORTENED.length;
  const found = fitValues(record.found, room * FOUND_SHARE);
  const nameservers = servers.map((server) => ({
    ...server,
    values: fitValues(server.values, (room * (1 - FOUND_SHARE)) / servers.length),
  }));
  const isWhole =
    found === record.found &&
    servers.length === record.nameservers.length &&
    nameservers.every(({ values }, at) => values === servers[at]?.values);
  return { ...record, detail: isWhole ? detail : `${detail}${SHORTENED}`, found, nameservers };
}

export function boundAdvice(advice: readonly Advice[]): Advice[] {
  return advice.slice(0, MAX_ADVICE).map((one) => {
    const room = ADVICE_BYTES / MAX_ADVICE - jsonBytes({ ...one, detail: '' });
    return { ...one, detail: shorten(one.detail, room) };
  });
}

/** The first of the values, each as far as there is room; the same list where all of them fit. */
function fitValues(values: string[], bytes: number): string[] {
  const fitting: string[] = [];
  let room = bytes;
  for (const value of values.slice(0, EVIDENCE_LIMITS.valuesAnAnswer)) {
    const text = shorten(value, room);
    if (text === '' && value !== '') break;
    fitting.push(text);
    room -= jsonBytes(text);
  }
  const isWhole = fitting.length === values.length && fitting.every((text, at) => text === values[at]);
  return isWhole ? values : fitting;
}
