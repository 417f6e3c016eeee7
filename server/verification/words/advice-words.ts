import type { Advice } from '@letterhead/shared';

/** Title and detail of a piece of advice, and a fix where it is not that of an action. */
export type AdviceWords = Pick<Advice, 'title' | 'detail'> & Partial<Pick<Advice, 'fix'>>;
