/** The domain that advice is about. */
export interface AdvicePlace {
  readonly domain: string;
  readonly registrable: string;
  /** Once it is verified, bounces go to an address of our own: receivers look at our SPF record, not at this domain's. */
  readonly returnPath: 'none' | 'not-verified' | 'verified';
}
