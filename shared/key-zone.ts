import { z } from 'zod';
import { IdSchema } from './account.ts';

/** How the zone is that this Letterhead feeds with keys. */
export const KeyZoneStatusSchema = z
  .object({
    zone: z.string().describe('Its name.').meta({ example: 'keys.example.net' }),
    waiting: z.int().describe('Domains whose changes its server has not confirmed.').meta({ example: 0 }),
    lag_seconds: z.int().describe('For how long the oldest of them has been waiting.').meta({ example: 0 }),
    failure: z
      .string()
      .nullable()
      .describe('What is wrong, in a sentence; null: nothing.')
      .meta({ example: null }),
    delegation_problem: z
      .string()
      .nullable()
      .describe(
        'What keeps receivers from finding the zone in public DNS, in a sentence; null: nothing that is known.',
      )
      .meta({ example: null }),
    compared_at: z
      .date()
      .nullable()
      .describe('When the zone was last compared with what it is to hold.')
      .meta({ example: '2026-04-25T17:51:31+00:00' }),
    differences: z.int().describe('Names that were different then.').meta({ example: 0 }),
  })
  .meta({ id: 'KeyZoneStatus', description: 'How the zone is that this Letterhead feeds with keys.' });

export type KeyZoneStatus = z.infer<typeof KeyZoneStatusSchema>;

/** A name in the key zone that holds something else than it is to hold. */
export const ZoneDifferenceSchema = z
  .object({
    name: z
      .string()
      .describe('The name in full.')
      .meta({ example: '653216321fh.k3v9x2m7q4w8z1c6b5n0t8r2yd.keys.example.net' }),
    account_id: IdSchema.nullable().describe('Whose name it is; null: a domain’s that is gone.'),
    domain_id: IdSchema.nullable().describe('The id of its domain; null: it is gone.'),
    expected: z
      .string()
      .nullable()
      .describe('The text that it is to hold; null: it is not to exist.')
      .meta({ example: 'v=DKIM1; p=' }),
    found: z
      .string()
      .array()
      .describe('What it holds.')
      .meta({ example: ['v=DKIM1; k=rsa; p=MIIBIjANBgkq...'] }),
  })
  .meta({ id: 'ZoneDifference', description: 'A name that holds something else than it is to hold.' });

export type ZoneDifference = z.infer<typeof ZoneDifferenceSchema>;
