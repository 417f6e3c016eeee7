import type { Actor } from '@letterhead/shared';

/** Whoever changes something without being asked: an automatic check, or what follows from one. */
export const MONITOR: Actor = { kind: 'monitor', token_id: null, address: null };

/** The command line on the server itself, and its first start. */
export const COMMAND_LINE: Actor = { kind: 'cli', token_id: null, address: null };
