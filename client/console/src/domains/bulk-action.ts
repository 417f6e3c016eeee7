/** What can be done about several domains at once, by the word on its button. */
export const BULK_VERBS = { check: 'Check', share: 'Share', delete: 'Delete' } as const;

export type BulkAction = keyof typeof BULK_VERBS;
