import { ProofSchema } from '@letterhead/shared';
import type { RestMeta } from '../router/meta.ts';
import type { DescribedOperation } from './operations.ts';
import { placeOf } from './operations.ts';

const rest: RestMeta = {
  method: 'POST',
  path: '/accounts/{account}/domains/{id}/proof',
  status: 200,
  takesMessage: true,
};

/** The proof by a message, which is larger than any input of a procedure: a route of its own. */
export const PROOF_OPERATION: DescribedOperation = {
  procedure: 'domains.proof',
  meta: {
    scope: 'domains:read',
    summary: 'Prove by a message that arrived',
    description:
      'Takes the source of a message as a receiver got it, and says who signed it, whether that is aligned with From, and why a signature does not verify. Judges the first five signatures; one message of an account at a time.',
    rest,
  },
  input: null,
  output: ProofSchema,
  ...placeOf(rest),
};
