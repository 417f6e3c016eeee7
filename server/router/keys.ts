import { KeySchema } from '@letterhead/shared';
import { toKeys } from '../domains/key-view.ts';
import { answer } from './answer.ts';
import { domainProcedure, withDomain } from './procedures.ts';
import { t } from './trpc.ts';

export const keysRouter = t.router({
  list: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'List a domain’s keys',
      description: 'Without their private parts.',
      rest: { method: 'GET', path: '/accounts/{account}/domains/{id}/keys', status: 200 },
    })
    .output(answer(KeySchema.array()))
    .query(withDomain(({ domain }) => toKeys(domain))),
});
