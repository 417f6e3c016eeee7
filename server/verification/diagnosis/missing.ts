import { isTooLong } from '../../records/record-names.ts';
import type { Finding, RuleInput } from './rule-input.ts';
import { tooLong } from './too-long.ts';
import { add } from './words.ts';

/** There is no such record, and none of the other rules has an explanation. It always applies. */
export function RECORD_MISSING(input: RuleInput): Finding {
  const { record, registrable, said } = input;
  if (isTooLong(record.fqdn)) return tooLong(record, registrable);
  const says = said.source === 'resolver' ? 'The resolver says' : 'The domain’s own name servers say';
  return {
    title: `The ${record.label} record is not there`,
    detail: `${says} that there is no ${record.type} record at ${record.fqdn}. Where it was added only just now, it is found with one of the next looks.`,
    fix: add(input),
  };
}
