import { MAX_NAME_LENGTH } from '../../dns/name.ts';
import type { ExpectedRecord } from '../../records/dns-records.ts';
import { LONGEST_DOMAIN } from '../../records/record-names.ts';
import type { Finding } from './rule-input.ts';
import { quoted } from './words.ts';

/** No name in the DNS is long enough for the record's host: the servers need not be asked to know that it is not there. */
export function tooLong({ label, fqdn, domain }: ExpectedRecord, registrable: string): Finding {
  return {
    title: `The domain name is too long for a ${label} record`,
    detail: `A name in the DNS has at most ${MAX_NAME_LENGTH} characters, and the record’s would have ${fqdn.length}: no DNS provider can hold it. Mail can’t be signed for ${domain}.`,
    fix: `Rename ${domain} to a name of at most ${LONGEST_DOMAIN} characters, such as ${quoted(registrable)}.`,
  };
}
