import { MAX_NAME_LENGTH } from '../dns/name.ts';
import { type RandomSource, randomLabel } from '../random.ts';
import type { Delegation } from '../store/interface/domain-row.ts';

const SELECTOR_LENGTH = 11;
/** 26 characters of 36 are 134 bits, so that another domain's names cannot be guessed. */
const TOKEN_LENGTH = 26;

/** A DKIM selector (RFC 6376 §3.1): 11 characters of `a-z0-9`, 57 random bits, to avoid collisions. */
export function makeSelector(random: RandomSource): string {
  return randomLabel(SELECTOR_LENGTH, random);
}

/** The domain's own name under the Return-Path host: a label that cannot be guessed. */
export function returnPathToken(random: RandomSource): string {
  return randomLabel(TOKEN_LENGTH, random);
}

/** The domain's own name in the key zone: a label that cannot be guessed. */
export function keyZoneLabel(random: RandomSource): string {
  return randomLabel(TOKEN_LENGTH, random);
}

/** The name in the key zone of a domain's key with this selector. */
export function keyZoneName(selector: string, { label, zone }: Pick<Delegation, 'label' | 'zone'>): string {
  return `${selector}.${label}.${zone}`;
}

/** The host of the key record, relative to the registrable domain: `<selector>._domainkey`, then the subdomain. */
export function dkimHostname(selector: string, subdomain: string | null): string {
  return below(`${selector}._domainkey`, subdomain);
}

/** The host of the Return-Path record, relative to the registrable domain: `bounces-<selector>`, then the subdomain. */
export function returnPathHostname(selector: string, subdomain: string | null): string {
  return below(`bounces-${selector}`, subdomain);
}

/** Whether a record's host is longer than a name in the DNS can be. Below a shorter domain name it fits. */
export function isTooLong(fqdn: string): boolean {
  return fqdn.length > MAX_NAME_LENGTH;
}

/** How long a domain name may be for the host of a DKIM record, the longest of hosts, to fit below it. */
export const LONGEST_DOMAIN = MAX_NAME_LENGTH - `${dkimHostname('x'.repeat(SELECTOR_LENGTH), null)}.`.length;

function below(host: string, subdomain: string | null): string {
  return subdomain === null ? host : `${host}.${subdomain}`;
}
