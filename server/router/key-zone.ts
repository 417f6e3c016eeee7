import {
  IdSchema,
  type KeyZoneStatus,
  KeyZoneStatusSchema,
  LetterheadError,
  type ZoneDifference,
  ZoneDifferenceSchema,
} from '@letterhead/shared';
import { z } from 'zod';
import type { ZoneAdmin } from '../key-zone/zone-admin.ts';
import type { Difference } from '../key-zone/zone-content.ts';
import { KEY_ZONE_LIMITS } from '../limits.ts';
import { answer } from './answer.ts';
import type { Context } from './context.ts';
import { authorizedProcedure } from './procedures.ts';
import { t } from './trpc.ts';

const differencesOutput = answer(
  ZoneDifferenceSchema.array().describe(`At most ${KEY_ZONE_LIMITS.listed} of them.`),
);

/** The zone that the keys of domains are in. */
export const keyZoneRouter = t.router({
  status: authorizedProcedure
    .meta({
      scope: 'admin',
      summary: 'Show the key zone’s state',
      description: 'Asks public DNS as well, whether it is delegated.',
      errors: ['not_found'],
      rest: { method: 'GET', path: '/key-zone', status: 200 },
    })
    .output(answer(KeyZoneStatusSchema))
    .query(({ ctx }) => toStatus(zoneOf(ctx))),

  compare: authorizedProcedure
    .meta({
      scope: 'admin',
      summary: 'Compare the key zone',
      description: 'Asks its server for the whole zone, and answers with the names that differ.',
      errors: ['not_found'],
      rest: { method: 'POST', path: '/key-zone/compare', status: 200 },
    })
    .output(differencesOutput)
    .mutation(async ({ ctx }) => toDifferences(await zoneOf(ctx).compare())),

  repair: authorizedProcedure
    .meta({
      scope: 'admin',
      summary: 'Repair the key zone',
      description:
        'Puts right what differs, and answers with the names that did. Names of others are not touched.',
      errors: ['not_found'],
      rest: { method: 'POST', path: '/key-zone/repair', status: 200 },
    })
    .output(differencesOutput)
    .mutation(async ({ ctx }) => toDifferences(await zoneOf(ctx).repair())),

  export: authorizedProcedure
    .input(
      z.object({
        account_id: IdSchema.optional().describe(
          'The account whose names are exported; without it, those that domains which are gone have left.',
        ),
      }),
    )
    .meta({
      scope: 'admin',
      summary: 'Export the key zone',
      description: 'As lines of a zone file, for a server that takes no updates.',
      errors: ['not_found'],
      rest: { method: 'GET', path: '/key-zone/zone-file', status: 200 },
    })
    .output(
      answer(
        z.string().meta({
          example:
            '653216321fh.k3v9x2m7q4w8z1c6b5n0t8r2yd.keys.example.net.\t300\tIN\tTXT\t"v=DKIM1; k=rsa; p=MIIBIjANBgkq..."\n',
        }),
      ),
    )
    .query(({ ctx, input }) => zoneOf(ctx).export(input.account_id ?? null)),
});

function zoneOf({ services }: Context): ZoneAdmin {
  if (services.keyZone !== null) return services.keyZone;
  throw new LetterheadError('not_found', 'This Letterhead has no zone for keys: DKIM_ZONE is not set.');
}

async function toStatus(admin: ZoneAdmin): Promise<KeyZoneStatus> {
  const { zone, status } = admin;
  const { waiting, lagSeconds: lag_seconds, failure, comparedAt: compared_at, differences } = status;
  const delegation_problem = await admin.findDelegationProblem();
  return { zone, waiting, lag_seconds, failure, delegation_problem, compared_at, differences };
}

function toDifferences(differences: readonly Difference[]): ZoneDifference[] {
  return differences.slice(0, KEY_ZONE_LIMITS.listed).map(({ name, owner, expected, found }) => ({
    name,
    account_id: owner?.account ?? null,
    domain_id: owner?.id ?? null,
    expected,
    found: [...found],
  }));
}
