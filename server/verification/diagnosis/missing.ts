import { isTooLong } from '../published-record.ts';
import { add } from './sentences.ts';
import type { Finding, Sighting } from './sighting.ts';
import { tooLong } from './too-long.ts';

/** There is no such record, and none of the other rules has an explanation. It always applies. */
export function RECORD_MISSING(sighting: Sighting): Finding {
  const { record, registrable, said } = sighting;
  if (isTooLong(record.fqdn)) return tooLong(record, registrable);
  const says = said.source === 'resolver' ? 'The resolver says' : 'The domain’s own name servers say';
  return {
    title: `The ${record.label} record is not there`,
    detail: `${says} that there is no ${record.type} record at ${record.fqdn}. Where it was added only just now, it is found with one of the next looks.`,
    fix: add(sighting),
  };
}
