/**
 * Why a message could not be authenticated, by either side. `unsigned`: it has no TSIG record, or not as often as it
 * must. `foreign`: it is signed, but not with our key, or it was changed.
 */
export type TsigFailure = 'bad-signature' | 'bad-key' | 'bad-time' | 'unsigned' | 'foreign';

/** Why the primary did not do what it was asked. */
export type PrimaryFailure =
  | TsigFailure
  | 'unreachable'
  | 'timeout'
  | 'malformed'
  | 'refused'
  | 'not-authoritative'
  | 'failed';

/** `store`: what the zone is to hold could not be read. */
export type ZoneFailure = PrimaryFailure | 'store';

const SENTENCES: Readonly<Record<ZoneFailure, string>> = {
  unreachable: 'The server of DKIM_ZONE_SERVER can’t be reached. Start it, or correct the setting.',
  timeout: 'The server of DKIM_ZONE_SERVER doesn’t answer in time.',
  malformed: 'The server of DKIM_ZONE_SERVER answers with something that is no DNS answer to the question.',
  refused:
    'The server of DKIM_ZONE_SERVER refuses: allow the key of DKIM_ZONE_TSIG to update and transfer the zone there.',
  'not-authoritative':
    'The server of DKIM_ZONE_SERVER is not the primary of DKIM_ZONE: set the zone up there, or correct the settings.',
  'bad-key':
    'The server of DKIM_ZONE_SERVER doesn’t know the key of DKIM_ZONE_TSIG by its name and algorithm.',
  'bad-signature': 'The server of DKIM_ZONE_SERVER has another secret for the key of DKIM_ZONE_TSIG.',
  'bad-time': 'The clocks of this server and that of DKIM_ZONE_SERVER differ by more than five minutes.',
  unsigned: 'The server of DKIM_ZONE_SERVER doesn’t sign its answers with the key of DKIM_ZONE_TSIG.',
  foreign: 'An answer of the server of DKIM_ZONE_SERVER was changed on its way, or signed with another key.',
  failed: 'The server of DKIM_ZONE_SERVER failed at the request: its own log says why.',
  store: 'What the key zone is to hold can’t be read at the moment.',
};

/** A sentence for the operator: what is wrong, and what to do. */
export function describeFailure(failure: ZoneFailure): string {
  return SENTENCES[failure];
}
