import type { CheckOptions, Delegation, Dns, DnsCheck } from '../../dns/outcome.ts';
import type { Clock } from '../../instant.ts';
import type { RandomSource } from '../../random.ts';
import type { DomainRow } from '../../store/interface/domain-row.ts';

/** What the questions of one check of one domain are asked with. */
export interface SurveyContext {
  readonly row: DomainRow;
  readonly dns: Dns;
  /** Asks the name servers of the registrable domain. */
  readonly check: DnsCheck;
  readonly delegation: Delegation;
  /** What further checks of the same domain share with it: its end, its account and its budget. */
  readonly options: Required<CheckOptions>;
  readonly clock: Clock;
  readonly random: RandomSource;
}
