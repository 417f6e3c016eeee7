import type { Scope } from '@letterhead/shared';

/** What each scope is called, and what it allows, for a person. */
export const SCOPES: Record<Scope, { word: string; allows: string }> = {
  'domains:read': { word: 'Read', allows: 'See domains, their records, states and events.' },
  'domains:write': {
    word: 'Write',
    allows:
      'Add, rename, check and delete domains; rotate and revoke keys; manage share links, tokens and webhooks.',
  },
  'domains:sign': { word: 'Sign', allows: 'Sign mail with the domains’ keys.' },
  'keys:read': {
    word: 'Fetch keys',
    allows: 'Fetch private keys, for a mail server that signs by itself. Guard it like the keys.',
  },
  admin: { word: 'Admin', allows: 'Everything, in every account. For whoever runs Letterhead.' },
};

/** From the least to the most. */
export const SCOPE_NAMES: readonly Scope[] = [
  'domains:read',
  'domains:write',
  'domains:sign',
  'keys:read',
  'admin',
];
