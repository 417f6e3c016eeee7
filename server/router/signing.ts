import { SignatureCountSchema, SignatureSchema, SignInputSchema } from '@letterhead/shared';
import { answer } from './answer.ts';
import { accountProcedure, domainProcedure, withAccount, withDomain } from './procedures.ts';
import { t } from './trpc.ts';

export const signingRouter = t.router({
  sign: accountProcedure(SignInputSchema.shape)
    .meta({
      scope: 'domains:sign',
      summary: 'Sign a message',
      description:
        'Makes the DKIM-Signature of a message: of its header block and the hash of its body, so that the message stays at home, or of the raw message. The nearest domain of the account that is, or holds, the domain of the From field signs.',
      errors: ['not_signable'],
      rest: { method: 'POST', path: '/accounts/{account}/sign', status: 200, takesMessage: true },
    })
    .output(answer(SignatureSchema))
    .mutation(withAccount(({ ctx, input, account }) => ctx.services.signing.sign(account, input))),

  today: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'Count a domain’s signatures',
      description:
        'How many messages it has signed today. Of several servers, each counts its own; `/metrics` has all of them, by account.',
      rest: { method: 'GET', path: '/accounts/{account}/domains/{id}/signatures', status: 200 },
    })
    .output(answer(SignatureCountSchema))
    .query(withDomain(({ ctx, domain }) => ctx.services.signing.today(domain))),
});
