import type { Action } from '@letterhead/shared';

/** What was found out beside the domain's own records, as data; words/advice.ts makes the sentences. */
export type AdviceFinding = { readonly action: Action | null } & (
  | { readonly code: 'SPF_MISSING' | 'SPF_TOO_MANY_LOOKUPS' }
  | { readonly code: 'DMARC_MISSING' }
  /** `lookups`: how many a receiver makes; null where that could not be found out. */
  | { readonly code: 'SPF_OK'; readonly lookups: number | null }
  | { readonly code: 'SPF_MULTIPLE'; readonly count: number; readonly zone: string; readonly host: string }
  | { readonly code: 'SPF_PASS_ALL'; readonly zone: string; readonly host: string }
  | { readonly code: 'DMARC_MULTIPLE'; readonly name: string }
  /** `problem`: a clause for a person. */
  | { readonly code: 'DMARC_INVALID'; readonly name: string; readonly problem: string }
  | { readonly code: 'DMARC_POLICY'; readonly name: string; readonly policy: DmarcPolicy }
  | { readonly code: 'MX_MISSING'; readonly isNullMx: boolean }
);

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';
