import { MAX_NAME_LENGTH } from '../../dns/name.ts';
import { LONGEST_DOMAIN, type PublishedRecord } from '../published-record.ts';
import { quoted } from './sentences.ts';
import type { Finding } from './sighting.ts';

/** No name in the DNS is long enough for the record's host: the servers need not be asked to know that it is not there. */
export function tooLong({ label, fqdn, domain }: PublishedRecord, registrable: string): Finding {
  return {
    title: `The domain name is too long for a ${label} record`,
    detail: `A name in the DNS has at most ${MAX_NAME_LENGTH} characters, and the record’s would have ${fqdn.length}: no DNS provider can hold it. Mail can’t be signed for ${domain}.`,
    fix: `Rename ${domain} to a name of at most ${LONGEST_DOMAIN} characters, such as ${quoted(registrable)}.`,
  };
}
