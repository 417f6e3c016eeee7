import fc from 'fast-check';
import type { Caller } from '../../security/fuzz/fuzz-fixture.ts';
import type { RestRequest } from '../../security/fuzz/rest-requests.ts';
import { pathWith, restRequests } from '../../security/fuzz/rest-requests.ts';
import { toHttp, trpcRequests } from '../../security/fuzz/trpc-requests.ts';
import { sendHttp } from '../../security/http-request.ts';
import type { Attack, Target } from '../attack.ts';
import { inTurn, send } from '../attack.ts';

const SAMPLES = { numRuns: 500, seed: 1 };

let restSamples: Promise<readonly RestRequest[]> | undefined;
const trpcSamples = fc.sample(trpcRequests, SAMPLES);

/** Requests of the fuzzers, valid and invalid, to the attacker's own account. */
export const FUZZ: readonly Attack[] = [
  {
    name: 'random requests over REST',
    perMinute: 300,
    atOnce: 10,
    async act(target, note, count) {
      restSamples ??= sampleRest(target);
      const { method, path, caller, headers, body } = inTurn(await restSamples, count);
      const request = { method, path: pathWith(path, idsOf(target)), headers, body };
      await send(target, note, tokenOf(target, caller, count), request);
    },
  },
  {
    name: 'random calls and batches over tRPC',
    perMinute: 300,
    atOnce: 10,
    async act(target, note, count) {
      const request = inTurn(trpcSamples, count);
      await send(target, note, tokenOf(target, request.caller, count), toHttp(request, idsOf(target)));
    },
  },
];

async function sampleRest({ url }: Target): Promise<readonly RestRequest[]> {
  const { text } = await sendHttp(url, { path: '/openapi.json' });
  return fc.sample(restRequests(JSON.parse(text)), SAMPLES);
}

/** A domain that no other attack uses; tokens and links that do not exist. */
function idsOf({ attacker: { account, domains } }: Target) {
  return { account, id: domains.at(-1) ?? 0, share: 999_999, token: 999_999 };
}

/** Never an admin token, which reaches the victim. */
function tokenOf({ attacker }: Target, caller: Caller, count: number): string | null {
  switch (caller) {
    case 'admin':
    case 'writer':
      return inTurn(attacker.minted, count);
    case 'share':
      return inTurn(attacker.shares, count);
    case 'wrong':
    case 'none':
      return null;
  }
}
