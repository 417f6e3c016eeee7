import type { DatabaseObserver } from '../../server/store/database-observer.ts';

/** For stores whose metrics nobody reads. */
export const silentObserver: DatabaseObserver = { queried() {}, opened() {} };
