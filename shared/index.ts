export * from './account.ts';
export * from './diagnosis.ts';
export * from './domain.ts';
export * from './errors.ts';
export * from './event.ts';
export * from './rules.ts';
export * from './share.ts';
export * from './token.ts';
