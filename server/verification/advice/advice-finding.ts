import type { Action } from '@letterhead/shared';
import type { DmarcPolicy, DmarcProblem, PolicyTag } from './dmarc-record.ts';
import type { PlacedTerm, SpfProblem } from './spf-lookups.ts';

/** What was found out beside the domain's own records, as data; words/advice.ts makes the sentences. */
export type AdviceFinding = { readonly action: Action | null } & (
  | { readonly code: 'SPF_NOT_COUNTED' }
  | ({ readonly code: 'SPF_TOO_MANY_LOOKUPS' } & SpfPlace)
  /** `lookalike`: a TXT record that was meant as one. */
  | ({ readonly code: 'SPF_MISSING'; readonly lookalike: string | null } & SpfPlace)
  | ({ readonly code: 'SPF_VOID_LOOKUPS'; readonly voids: readonly PlacedTerm[] } & SpfPlace)
  | ({ readonly code: 'SPF_INVALID'; readonly problem: SpfProblem } & SpfPlace)
  /** `alias`: what the name is an alias of, where there is no record. */
  | { readonly code: 'DMARC_MISSING'; readonly name: string; readonly alias: string | null }
  /** `lookups`: how many a receiver makes. */
  | { readonly code: 'SPF_OK'; readonly lookups: number }
  | ({ readonly code: 'SPF_MULTIPLE'; readonly count: number } & SpfPlace)
  /**
   * `term`: by which every server passes; `included`: the term of another record that it leads to, which does that.
   * `protocol`: over which they pass; null: over any.
   */
  | ({
      readonly code: 'SPF_PASS_ALL';
      readonly term: string;
      readonly protocol: 'IPv4' | 'IPv6' | null;
      readonly included: PlacedTerm | null;
    } & SpfPlace)
  | ({ readonly code: 'DMARC_MULTIPLE' } & DmarcPlace)
  /** `effect`: what receivers do with the record. */
  | ({
      readonly code: 'DMARC_INVALID';
      readonly problem: DmarcProblem;
      readonly effect: 'ignored' | DmarcPolicy;
    } & DmarcPlace)
  | DmarcPolicyFinding
  /** `host`: of its record, relative to the registrable domain. */
  | { readonly code: 'REVOKED_KEY'; readonly host: string }
  /** `alias`: what the domain is an alias of. */
  | { readonly code: 'MX_MISSING'; readonly isNullMx: boolean; readonly alias: string | null }
);

/** Where the SPF record is. `alias`: what the domain is an alias of, where it lies then. */
export interface SpfPlace {
  readonly zone: string;
  readonly host: string;
  readonly alias: string | null;
}

/** Where a DMARC record is. `alias`: what the name is an alias of, where it lies then. */
export interface DmarcPlace {
  readonly name: string;
  readonly alias: string | null;
}

interface DmarcPolicyFinding {
  readonly code: 'DMARC_POLICY';
  readonly name: string;
  /** What receivers are to do with mail that fails: one level below what the record says while it is tested. */
  readonly policy: DmarcPolicy;
  readonly published: DmarcPolicy;
  readonly tag: PolicyTag;
  /** The record is that of a domain above. */
  readonly isInherited: boolean;
  readonly remarks: readonly DmarcRemark[];
}

/** Something in a valid record to know about: a tag that has gone, no `p`, or `psd=y`. */
export type DmarcRemark = 'pct' | 'rf' | 'ri' | 'no-p' | 'public-suffix';

/** The domain that advice is about. */
export interface AdvicePlace {
  readonly domain: string;
  readonly registrable: string;
  /** Once it is verified, bounces go to an address of our own: receivers look at our SPF record, not at this domain's. */
  readonly returnPath: 'none' | 'not-verified' | 'verified';
}
