import type { Outcome } from '../../dns/outcome.ts';

/** RFC 7208 §4.6.4: a receiver gives up after so many terms that make it ask the DNS. */
export const MAX_SPF_LOOKUPS = 10;

const VERSION = /^v=spf1(?: |$)/i;
const ASKS_DNS = /^[-+~?]?(?:include:|exists:|ptr(?:$|:)|(?:a|mx)(?:$|[:/]))|^redirect=/i;
const ALL = /^[-+~?]?all$/i;
const LEADS_TO = /^(?:[-+~?]?include:|redirect=)(.+)$/i;

/** The TXT records that are SPF records (RFC 7208 §4.5). */
export function spfRecords(txt: Outcome): string[] {
  return txt.kind === 'present' ? txt.values.filter(isSpfRecord) : [];
}

export function isSpfRecord(value: string): boolean {
  return VERSION.test(value);
}

/** The record without its version. */
export function spfTerms(record: string): string[] {
  return record.split(' ').slice(1).filter(Boolean);
}

/**
 * How many look-ups the record costs a receiver, includes and redirects followed. Stops counting once there are
 * too many. Null: what it leads to could not be read. A name with macros counts once and is not followed.
 */
export async function countSpfLookups(
  record: string,
  askTxt: (name: string) => Promise<Outcome>,
): Promise<number | null> {
  let count = 0;
  let records = [record];
  while (records.length > 0 && count <= MAX_SPF_LOOKUPS) {
    const terms = records.flatMap(termsThatAsk);
    count += terms.length;
    const targets = terms
      .flatMap((term) => LEADS_TO.exec(term)?.[1] ?? [])
      .filter((name) => !name.includes('%'));
    if (count > MAX_SPF_LOOKUPS) break;
    const answers = await Promise.all(targets.map(askTxt));
    if (answers.some(({ kind }) => kind === 'unknown')) return null;
    records = answers.flatMap((answer) => spfRecords(answer).slice(0, 1));
  }
  return count;
}

/** `redirect` is ignored where there is an `all` (RFC 7208 §6.1). */
function termsThatAsk(record: string): string[] {
  const terms = spfTerms(record);
  const asking = terms.filter((term) => ASKS_DNS.test(term));
  return terms.some(isAll) ? asking.filter((term) => !/^redirect=/i.test(term)) : asking;
}

/** `all`, however it is qualified: what goes for every server that no other term names. */
export function isAll(term: string): boolean {
  return ALL.test(term);
}

/** `+all`, with or without its sign: every server of the world passes. */
export function isPassAll(term: string): boolean {
  return /^\+?all$/i.test(term);
}

/** The target of a `redirect=`; null for any other term. */
export function redirectTarget(term: string): string | null {
  return /^redirect=(.+)$/i.exec(term)?.[1] ?? null;
}
