import { DIAGNOSIS_CODES, type DiagnosisCode } from '@letterhead/shared';
import { describe, expect, test } from 'vitest';
import { keyFingerprint } from '../../server/keys/key-fingerprint.ts';
import { diagnose } from '../../server/verification/diagnose.ts';
import type { Fault } from '../dns/faults.ts';
import type { LoopbackDnsOptions } from '../dns/loopback-dns.ts';
import { delegateFrom } from '../dns/parent-zone.ts';
import type { Records } from '../dns/zone.ts';
import { CheckFixture } from './check-fixture.ts';
import { followFix } from './follow-fix.ts';
import {
  ANOTHER_KEY,
  delegatedFields,
  NOT_VERIFIED,
  newPublicKey,
  OUR_KEY,
  SELECTOR,
  type SendingDomainOptions,
  sendingDomain,
} from './sending-domain.ts';

const HOST = `${SELECTOR}._domainkey`;
const FQDN = `${HOST}.example.org`;
const OURS = `k=rsa;p=${OUR_KEY}`;
const TARGET = 'token.bounces.example.net';
const RETURN_PATH = `bounces-${SELECTOR}.example.org`;

/** A way to get a code: what is in the DNS when the domain is looked at. */
interface Case {
  readonly code: DiagnosisCode;
  readonly when: string;
  readonly row?: SendingDomainOptions;
  readonly servers?: LoopbackDnsOptions;
  /** Records by their full name. */
  readonly records?: Record<string, Records>;
  /** What else is the matter with the servers. */
  readonly arrange?: (scene: CheckFixture) => unknown;
}

const withReturnPath = { return_path: { ...NOT_VERIFIED, target: TARGET } };
const inMail = { domain: 'mail.example.org', subdomain: 'mail' };

/** `mail.example.org` is a zone of its own, with the same servers: none of them refers to it. */
const OWN_ZONE_FOR_MAIL = {
  'example.org': {
    '@': { NS: ['ns1.example.org'] },
    ns1: { A: ['127.0.0.2'] },
    mail: { NS: ['ns1.example.org'] },
  },
  'mail.example.org': { '@': { NS: ['ns1.example.org'] } },
};

const RENAMED = { 'example.org': {}, 'example.net': {} };
const KEY_ZONE = { 'example.org': {}, 'keys.example': {} };
const NAMES = { zone: 'keys.example', label: 'label', selectors: ['one', 'two'] } as const;
const CNAMES: Record<string, Records> = {
  'one._domainkey.example.org': { CNAME: 'one.label.keys.example' },
  'two._domainkey.example.org': { CNAME: 'two.label.keys.example' },
};
const FIRST_TARGET = { 'one.label.keys.example': { TXT: [`v=DKIM1; k=rsa; p=${OUR_KEY}`] } };
const SECOND_TARGET = { 'two.label.keys.example': { TXT: ['v=DKIM1; p='] } };

const fiftyLong = Array.from({ length: 50 }, (_, i) => `${i} ${'x'.repeat(400)}`);

/** `l0` leads to `l1` and so on; the last one leads to `l0`. */
const loopOf = (count: number): Record<string, Records> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `l${i}.example.org`,
      { CNAME: `l${(i + 1) % count}.example.org` },
    ]),
  );

/** `l0` leads to `l1` and so on, up to the one of this number. */
const chainOf = (count: number): Record<string, Records> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`l${i}.example.org`, { CNAME: `l${i + 1}.example.org` }]),
  );

const DAMAGED: [when: string, key: string][] = [
  ['with a stray letter at its end', `${OUR_KEY}A`],
  ['with padding at its end', `${OUR_KEY}=`],
  ['without a letter', OUR_KEY.slice(0, 200) + OUR_KEY.slice(201)],
  ['in small letters', OUR_KEY.toLowerCase()],
  ['in hexadecimal', Buffer.from(OUR_KEY, 'base64').toString('hex')],
];

const failing =
  (fault: Fault) =>
  ({ servers }: CheckFixture) => {
    for (const server of servers.authorities) server.fault = fault;
    servers.resolver.faults.set(FQDN, 'servfail');
  };

/** The zone above names the domain's servers, with these DS records. */
const registered =
  (nameServers: Record<string, string | null> = { 'ns1.example.org': '127.0.0.2' }, ds: string[] = []) =>
  ({ servers }: CheckFixture) => {
    const [parent] = servers.spares;
    if (parent !== undefined) delegateFrom(parent, servers, 'example.org', { nameServers, ds });
  };

/** All that can be known of a domain whose servers fail: whom the registrar names, and what each of those does. */
const failingThroughout = (fault: Fault) => (scene: CheckFixture) => {
  registered()(scene);
  failing(fault)(scene);
  scene.servers.resolver.faults.set('example.org', 'servfail');
};

const WITH_PARENT: LoopbackDnsOptions = { spares: 1 };
/** Of no key that there is. */
const LEFT_OVER_DS = `12345 13 2 ${'AB'.repeat(32)}`;

const CASES: Case[] = [
  { code: 'DNS_TIMEOUT', when: 'no authority answers, nor the resolver for it', arrange: failing('silent') },
  { code: 'DNS_SERVFAIL', when: 'the authorities fail', arrange: failing('servfail') },
  { code: 'DNS_SERVFAIL', when: 'the authorities talk nonsense', arrange: failing('overrun') },
  { code: 'DNS_REFUSED', when: 'the authorities refuse', arrange: failing('refused') },
  { code: 'DNS_LAME', when: 'the authorities are not responsible', arrange: failing('lame') },
  {
    code: 'DNS_TIMEOUT',
    when: 'the registrar’s servers are dead, and the resolver says no more than SERVFAIL',
    servers: WITH_PARENT,
    arrange: failingThroughout('silent'),
  },
  {
    code: 'DNS_TIMEOUT',
    when: 'the registrar’s servers have no address',
    servers: WITH_PARENT,
    arrange: (scene) => {
      registered({ 'ns1.gone.org': null })(scene);
      scene.servers.resolver.faults.set('example.org', 'servfail');
    },
  },
  {
    code: 'DNS_REFUSED',
    when: 'the registrar’s servers refuse, and the resolver says no more than SERVFAIL',
    servers: WITH_PARENT,
    arrange: failingThroughout('refused'),
  },
  {
    code: 'DNS_LAME',
    when: 'the registrar’s servers refer upwards, and the resolver says no more than SERVFAIL',
    servers: WITH_PARENT,
    arrange: failingThroughout('upward'),
  },
  {
    code: 'DNSSEC_BROKEN',
    when: 'the resolver answers only without checking',
    servers: WITH_PARENT,
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: (scene) => {
      registered(undefined, [LEFT_OVER_DS, LEFT_OVER_DS.replace('12345', '54321')])(scene);
      scene.servers.resolver.faults.set('example.org', 'bogus').set(FQDN, 'bogus');
    },
  },
  {
    code: 'DNSSEC_BROKEN',
    when: 'the resolver answers only without checking, and nobody knows the zone above',
    servers: WITH_PARENT,
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: ({ servers }) => {
      servers.publish('example.org', { NS: ['ns1.example.org'], DS: [LEFT_OVER_DS] });
      servers.resolver.faults.set('example.org', 'bogus');
    },
  },
  {
    code: 'DNSSEC_BROKEN',
    when: 'the signature of the record alone is broken',
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: ({ servers }) => {
      servers.publish('example.org', { NS: ['ns1.example.org'], DS: [LEFT_OVER_DS] });
      servers.resolver.faults.set(FQDN, 'bogus');
    },
  },
  {
    code: 'DNSSEC_BROKEN',
    when: 'a DS record was left behind for an unsigned zone, and the resolver does not check',
    servers: WITH_PARENT,
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: registered(undefined, [LEFT_OVER_DS]),
  },
  {
    code: 'DNSSEC_BROKEN',
    when: 'a DS record was left behind for other keys, and the resolver does not check',
    servers: WITH_PARENT,
    records: { [FQDN]: { TXT: [OURS] }, 'example.org': { DNSKEY: ['257 3 13 AAAA'] } },
    arrange: registered(undefined, [LEFT_OVER_DS]),
  },
  {
    code: 'DELEGATION_DIFFERS',
    when: 'the registrar also names a server that was left behind',
    servers: { spares: 2 },
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: (scene) => {
      scene.servers.spares[1]?.serve('example.org', { '@': { NS: ['ns1.example.org'] } });
      registered({ 'ns1.example.org': '127.0.0.2', 'ns.old.org': '127.0.0.4' })(scene);
    },
  },
  {
    code: 'RESOLVER_FAILS',
    when: 'the resolver fails at the name of the record',
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: ({ servers }) => servers.resolver.faults.set(FQDN, 'servfail'),
  },
  {
    code: 'RESOLVER_FAILS',
    when: 'the resolver refuses the name of the record alone',
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: ({ servers }) => servers.resolver.faults.set(FQDN, 'refused'),
  },
  {
    code: 'RESOLVER_UNREACHABLE',
    when: 'the resolver is down',
    arrange: ({ servers }) => {
      servers.resolver.fault = 'silent';
    },
  },
  { code: 'DOMAIN_NOT_FOUND', when: 'the domain is not registered', row: { domain: 'nowhere.org' } },
  {
    code: 'DOMAIN_NOT_FOUND',
    when: 'the zone above says so itself',
    row: { domain: 'nowhere.org' },
    servers: { zones: { org: {}, 'example.org': {} } },
  },
  {
    code: 'NAMESERVERS_DISAGREE',
    when: 'one of two authorities has the record',
    servers: { authorities: 2 },
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: ({ servers }) => servers.authorities[1]?.publish(FQDN, null),
  },
  {
    code: 'NEGATIVE_CACHED',
    when: 'the resolver was asked too early',
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: ({ servers }) => servers.resolver.cache.set(FQDN, { negative: 'nxdomain', ttl: 1800 }),
  },
  {
    code: 'KEY_MISMATCH',
    when: 'the private key that is stored is another one’s',
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: (scene) => {
      scene.keyMatches = false;
    },
  },
  {
    code: 'NAMESERVERS_DISAGREE',
    when: 'one of two authorities has the Return-Path, the other an address there',
    row: withReturnPath,
    servers: { authorities: 2 },
    records: { [RETURN_PATH]: { CNAME: TARGET }, [FQDN]: { TXT: [OURS] } },
    // The form of a provider shows what its first server has.
    arrange: ({ servers }) => servers.authorities[0]?.publish(RETURN_PATH, { A: ['192.0.2.1'] }),
  },
  { code: 'TEST_MODE', when: 'the record has t=y', records: { [FQDN]: { TXT: [`t=y;${OURS}`] } } },
  {
    code: 'TEST_MODE',
    when: 'an alias leads to a record with t=y',
    records: { [FQDN]: { CNAME: 'key.example.org' }, 'key.example.org': { TXT: [`t=y;${OURS}`] } },
  },
  {
    code: 'TEST_MODE',
    when: 'the record has t=y in a subdomain with a zone of its own',
    row: inMail,
    servers: { zones: OWN_ZONE_FOR_MAIL },
    records: { [`${HOST}.mail.example.org`]: { TXT: [`t=y;${OURS}`] } },
  },
  { code: 'OK', when: 'the record is there', records: { [FQDN]: { TXT: [`v=DKIM1; ${OURS}`] } } },
  { code: 'OK', when: 'a server sends the record twice', records: { [FQDN]: { TXT: [OURS, OURS] } } },
  {
    code: 'RESOLVER_FAILS',
    when: 'the resolver answers only without checking, and there is no DS record',
    records: { [FQDN]: { TXT: [OURS] } },
    arrange: ({ servers }) => servers.resolver.faults.set(FQDN, 'bogus'),
  },
  ...['\n', '\r\n', '\v'].map(
    (lineBreak): Case => ({
      code: 'OK',
      when: `the record is there with line breaks (${JSON.stringify(lineBreak)})`,
      records: {
        [FQDN]: {
          TXT: [
            `v=DKIM1;${lineBreak}k=rsa; p=${OUR_KEY.slice(0, 64)}${lineBreak}${OUR_KEY.slice(64)}${lineBreak}`,
          ],
        },
      },
    }),
  ),
  {
    code: 'OK',
    when: 'the record is there with white space around its equals signs',
    records: { [FQDN]: { TXT: [`v = DKIM1; k = rsa; s = *; p = ${OUR_KEY}`] } },
  },
  {
    code: 'OK',
    when: 'the record is there with a remark of 17,000 characters',
    records: { [FQDN]: { TXT: [`n=${'x'.repeat(17_000)}; ${OURS}`] } },
  },
  {
    code: 'OK',
    when: 'the Return-Path is there, in another case',
    row: withReturnPath,
    records: { [RETURN_PATH]: { CNAME: TARGET.toUpperCase() } },
  },
  { code: 'KEY_RESTRICTED', when: 'h= leaves out SHA-256', records: { [FQDN]: { TXT: [`h=sha1;${OURS}`] } } },
  {
    code: 'TXT_SPLIT_INTO_RECORDS',
    when: 'the value was cut at 255 characters',
    records: { [FQDN]: { TXT: [OURS.slice(255), OURS.slice(0, 255)] } },
  },
  {
    code: 'TXT_SPLIT_INTO_RECORDS',
    when: 'the value was cut in three, with the quotes of a zone file',
    records: {
      [FQDN]: { TXT: [`"${OURS.slice(0, 6)}"`, `"${OURS.slice(6, 200)}"`, `"${OURS.slice(200)}"`] },
    },
  },
  {
    code: 'TXT_SPLIT_INTO_RECORDS',
    when: 'the value was cut before the key',
    records: { [FQDN]: { TXT: [OUR_KEY, 'k=rsa; p='] } },
  },
  {
    code: 'TXT_SPLIT_INTO_RECORDS',
    when: 'the value was spelt otherwise, and cut',
    records: { [FQDN]: { TXT: [`t=s; p=${OUR_KEY.slice(0, 100)}`, OUR_KEY.slice(100)] } },
  },
  {
    code: 'TXT_SPLIT_INTO_RECORDS',
    when: 'each piece begins like a record of its own',
    records: {
      [FQDN]: { TXT: [`v=DKIM1; p=${OUR_KEY.slice(0, 200)}`, `v=DKIM1; p=${OUR_KEY.slice(200)}`] },
    },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: 'the old records were not removed',
    records: { [FQDN]: { TXT: ['v=spf1 -all', OURS, `k=rsa;p=${ANOTHER_KEY}`] } },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: 'ours is there twice',
    records: { [FQDN]: { TXT: [OURS, `v=DKIM1;${OURS}`] } },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: 'ours is there twice, cut into other strings',
    records: {
      [FQDN]: {
        TXT: [
          [OURS.slice(0, 255), OURS.slice(255)],
          [OURS.slice(0, 200), OURS.slice(200)],
        ],
      },
    },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: 'ours is there twice, once with a space at its end',
    records: { [FQDN]: { TXT: [OURS, `${OURS} `] } },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: 'others are there that no form shows as they are',
    records: {
      [FQDN]: { TXT: [OURS, [Buffer.from('caf\xe9', 'latin1')], [Buffer.from('caf\xe8', 'latin1')]] },
    },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: '50 others are there',
    records: { [FQDN]: { TXT: [...Array.from({ length: 50 }, (_, i) => `${i}`), OURS] } },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: '50 long ones are there before ours, in a spelling of its own',
    records: { [FQDN]: { TXT: [...fiftyLong, `v=DKIM1; k=rsa; t=s; p=${OUR_KEY};`] } },
  },
  {
    code: 'QUOTES_IN_VALUE',
    when: 'somebody copied the quotes',
    records: { [FQDN]: { TXT: [`"${OURS}"`] } },
  },
  {
    code: 'QUOTES_IN_VALUE',
    when: 'somebody copied two strings of a zone file',
    records: { [FQDN]: { TXT: [`"${OURS.slice(0, 255)}" "${OURS.slice(255)}"`] } },
  },
  {
    code: 'ESCAPED_SEMICOLON',
    when: 'somebody copied the backslash',
    records: { [FQDN]: { TXT: [OURS.replace(';', '\\;')] } },
  },
  {
    code: 'ESCAPED_SEMICOLON',
    when: 'a backslash is left of a line of a zone file',
    records: { [FQDN]: { TXT: [`${OURS}\\`] } },
  },
  {
    code: 'KEY_TRUNCATED',
    when: 'the form took 255 characters',
    records: { [FQDN]: { TXT: [OURS.slice(0, 255)] } },
  },
  ...[`"${OURS}`.slice(0, 255), `${OURS.slice(0, 90)}…`, `${OURS.slice(0, 90)}...`].map(
    (value): Case => ({
      code: 'KEY_TRUNCATED',
      when: `it begins with ${value.slice(0, 3)} and ends with ${value.slice(-3)}`,
      records: { [FQDN]: { TXT: [value] } },
    }),
  ),
  {
    code: 'PREVIOUS_KEY',
    when: 'the value was not changed after a rename',
    row: { previous_keys: [keyFingerprint(ANOTHER_KEY)] },
    records: { [FQDN]: { TXT: [`k=rsa;p=${ANOTHER_KEY}`] } },
  },
  { code: 'KEY_REVOKED', when: 'p= is empty', records: { [FQDN]: { TXT: ['v=DKIM1; k=rsa; p='] } } },
  {
    code: 'WILDCARD_ANSWER',
    when: 'a wildcard TXT record answers',
    records: { '*.example.org': { TXT: ['v=spf1 -all'] } },
  },
  {
    code: 'WILDCARD_ANSWER',
    when: 'a wildcard alias answers',
    records: { '*.example.org': { CNAME: 'www.example.org' }, 'www.example.org': { A: ['192.0.2.1'] } },
  },
  {
    code: 'WILDCARD_ANSWER',
    when: 'a wildcard alias answers, and for its own target too',
    records: { '*.example.org': { CNAME: 'www.example.org' } },
  },
  {
    code: 'WILDCARD_ANSWER',
    when: 'a wildcard alias answers for the Return-Path',
    row: withReturnPath,
    records: { '*.example.org': { CNAME: 'www.example.org' }, [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'WILDCARD_ANSWER',
    when: 'wildcard addresses answer for the Return-Path',
    row: withReturnPath,
    records: { '*.example.org': { A: ['192.0.2.1'] }, [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'KEY_REVOKED',
    when: 'a wildcard record says of all selectors that they have no key',
    records: { '*._domainkey.example.org': { TXT: ['v=DKIM1; p='] } },
  },
  {
    code: 'KEY_REVOKED',
    when: 'a wildcard alias leads to a key that is revoked',
    records: {
      '*._domainkey.example.org': { CNAME: 'none.example.org' },
      'none.example.org': { TXT: ['v=DKIM1; p='] },
    },
  },
  {
    code: 'MULTIPLE_RECORDS',
    when: 'a wildcard answers with ours and with another one',
    records: { '*.example.org': { TXT: [OURS, 'v=spf1 -all'] } },
  },
  {
    code: 'QUOTES_IN_VALUE',
    when: 'a wildcard answers with ours in quotes',
    records: { '*._domainkey.example.org': { TXT: [`"${OURS}"`] } },
  },
  {
    code: 'QUOTES_IN_VALUE',
    when: 'ours is there in quotes, beside another record',
    records: { [FQDN]: { TXT: ['v=spf1 -all', `"${OURS}"`] } },
  },
  ...['“”', '‘’', "''", '``', '«»'].map(
    ([open, close]): Case => ({
      code: 'QUOTES_IN_VALUE',
      when: `ours is there between ${open} and ${close}`,
      records: { [FQDN]: { TXT: [`${open}${OURS}${close}`] } },
    }),
  ),
  {
    code: 'OTHER_KEY',
    when: 'it is another key',
    records: { [FQDN]: { TXT: [`v=DKIM1; p=${ANOTHER_KEY}`] } },
  },
  {
    code: 'OTHER_KEY',
    when: 'it is another key at each of two servers',
    servers: { authorities: 2 },
    records: { [FQDN]: { TXT: [`p=${ANOTHER_KEY}`] } },
    arrange: ({ servers }) => servers.authorities[1]?.publish(FQDN, { TXT: ['p=AAAA'] }),
  },
  {
    code: 'OTHER_KEY',
    when: 'it is a key of 4,096 bits, beside which nothing fits a datagram',
    records: { [FQDN]: { TXT: [`v=DKIM1; p=${newPublicKey(4096)}; n=${'x'.repeat(600)}`] } },
  },
  {
    code: 'OTHER_KEY',
    when: 'an alias leads to another key',
    records: { [FQDN]: { CNAME: 'dkim.example.org' }, 'dkim.example.org': { TXT: [`p=${ANOTHER_KEY}`] } },
  },
  ...DAMAGED.map(
    ([when, key]): Case => ({
      code: 'KEY_DAMAGED',
      when: `it is our key ${when}`,
      records: { [FQDN]: { TXT: [`k=rsa;p=${key}`] } },
    }),
  ),
  {
    code: 'KEY_DAMAGED',
    when: 'there is no key',
    records: { [FQDN]: { TXT: ['k=rsa; p=VALUE'] } },
  },
  {
    code: 'BAD_SYNTAX',
    when: 'it is something else',
    records: { [FQDN]: { TXT: ['google-site-verification=abc'] } },
  },
  { code: 'BAD_SYNTAX', when: 'a tag is there twice', records: { [FQDN]: { TXT: [`k=rsa;${OURS}`] } } },
  {
    code: 'HOST_DOUBLED',
    when: 'the form added the zone again',
    records: { [`${FQDN}.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form added the zone again, and took 255 characters',
    records: { [`${FQDN}.example.org`]: { TXT: [OURS.slice(0, 255)] } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form added the zone again, and cut the value in two',
    records: { [`${FQDN}.example.org`]: { TXT: [OURS.slice(0, 255), OURS.slice(255)] } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form of the subdomain’s own zone added it again',
    row: inMail,
    servers: { zones: OWN_ZONE_FOR_MAIL },
    records: { [`${HOST}.mail.mail.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form added the zone again to the subdomain',
    row: inMail,
    records: { [`${HOST}.mail.example.org.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form added the zone again to the Return-Path',
    row: withReturnPath,
    records: { [`${RETURN_PATH}.example.org`]: { CNAME: TARGET }, [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form added the zone again to the Return-Path, where an address and a TXT record are',
    row: withReturnPath,
    records: {
      [`${RETURN_PATH}.example.org`]: { CNAME: TARGET },
      [RETURN_PATH]: { A: ['192.0.2.1'], TXT: ['v=spf1 -all'] },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form added the zone to the host and to the target of the Return-Path',
    row: withReturnPath,
    records: {
      [`${RETURN_PATH}.example.org`]: { CNAME: `${TARGET}.example.org` },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'WRONG_HOST',
    when: 'it is at the apex',
    records: { 'example.org': { TXT: ['v=spf1 -all', OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'it is at the apex after 50 long ones',
    records: { 'example.org': { TXT: [...fiftyLong, OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'it is at the bare selector',
    records: { [`${SELECTOR}.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'the underscore is left out',
    records: { [`${SELECTOR}.domainkey.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'the dot after the selector is escaped',
    records: { [`${SELECTOR}\\._domainkey.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'the selector is left out',
    row: inMail,
    records: { '_domainkey.mail.example.org': { TXT: ['o=-', OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'the subdomain is left out',
    row: inMail,
    records: { [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'a subdomain is added',
    records: { [`${HOST}.www.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'WRONG_HOST',
    when: 'the subdomain stands in front',
    row: inMail,
    records: { [`mail.${FQDN}`]: { TXT: [OURS] } },
  },
  {
    code: 'CNAME_WRONG_TARGET',
    when: 'the Return-Path leads elsewhere',
    row: withReturnPath,
    records: { [RETURN_PATH]: { CNAME: `${TARGET}.example.org` }, [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'CNAME_WRONG_TARGET',
    when: 'the Return-Path leads to another name altogether',
    row: withReturnPath,
    records: { [RETURN_PATH]: { CNAME: 'bounces.other.example' }, [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'CNAME_WRONG_TARGET',
    when: 'a DNAME record above the Return-Path leads elsewhere',
    row: { ...inMail, ...withReturnPath },
    servers: { zones: RENAMED },
    records: { 'mail.example.org': { DNAME: 'elsewhere.example.net' } },
  },
  {
    code: 'CNAME_FLATTENED',
    when: 'the provider answers with addresses',
    row: withReturnPath,
    records: {
      [RETURN_PATH]: { A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1'] },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'CNAME_FLATTENED',
    when: 'there are addresses, a TXT record and mail servers',
    row: withReturnPath,
    records: {
      [RETURN_PATH]: { A: ['192.0.2.1'], TXT: ['v=spf1 -all'], MX: ['10 mx.example.org'] },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'CNAME_FLATTENED',
    when: 'there are addresses, and who may issue certificates for them',
    row: withReturnPath,
    records: {
      [RETURN_PATH]: { A: ['192.0.2.1'], CAA: ['ca.example'] },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'WRONG_TYPE',
    when: 'there is nothing but a CAA record at the host of the Return-Path',
    row: withReturnPath,
    records: { [RETURN_PATH]: { CAA: ['ca.example'] }, [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'CNAME_FLATTENED',
    when: 'there is an address, and a wildcard alias for all other names',
    row: withReturnPath,
    records: {
      '*.example.org': { CNAME: 'www.example.org' },
      [RETURN_PATH]: { A: ['192.0.2.1'] },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'CNAME_FLATTENED',
    when: 'there is the same address as a wildcard gives to all other names',
    row: withReturnPath,
    records: {
      '*.example.org': { A: ['192.0.2.1'] },
      [RETURN_PATH]: { A: ['192.0.2.1'], TXT: ['v=spf1 -all'] },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'CNAME_WRONG_TARGET',
    when: 'the Return-Path leads where a wildcard leads all other names',
    row: withReturnPath,
    records: {
      '*.example.org': { CNAME: 'www.example.org' },
      [RETURN_PATH]: { CNAME: 'www.example.org' },
      [FQDN]: { TXT: [OURS] },
    },
  },
  {
    code: 'OTHER_KEY',
    when: 'it is the key that a wildcard gives to all other selectors',
    records: {
      '*._domainkey.example.org': { TXT: [`p=${ANOTHER_KEY}`] },
      [FQDN]: { TXT: [`p=${ANOTHER_KEY}`] },
    },
  },
  {
    code: 'WRONG_TYPE',
    when: 'the host of the Return-Path is a zone of its own',
    row: withReturnPath,
    servers: { spares: 1 },
    records: {
      [RETURN_PATH]: { NS: ['ns.example.org'] },
      'ns.example.org': { A: ['127.0.0.3'] },
      [FQDN]: { TXT: [OURS] },
    },
    arrange: ({ servers }) =>
      servers.spares[0]?.serve(RETURN_PATH, { '@': { NS: ['ns.example.org'], A: ['192.0.2.1'] } }),
  },
  { code: 'WRONG_TYPE', when: 'there is an address', records: { [FQDN]: { A: ['192.0.2.1'] } } },
  {
    code: 'WRONG_TYPE',
    when: 'an alias leads to nothing',
    records: { [FQDN]: { CNAME: 'nothing.example.org' } },
  },
  { code: 'WRONG_TYPE', when: 'an alias leads to itself', records: { [FQDN]: { CNAME: FQDN } } },
  {
    code: 'WRONG_TYPE',
    when: 'two aliases lead to each other',
    records: { [FQDN]: { CNAME: 'b.example.org' }, 'b.example.org': { CNAME: FQDN } },
  },
  {
    code: 'WRONG_TYPE',
    when: 'two aliases lead to each other, each in a zone of its own',
    servers: { zones: { 'example.org': {}, 'example.net': {} } },
    records: { [FQDN]: { CNAME: 'b.example.net' }, 'b.example.net': { CNAME: FQDN } },
  },
  {
    code: 'WRONG_TYPE',
    when: 'an alias leads into a loop of six',
    records: { [FQDN]: { CNAME: 'l0.example.org' }, ...loopOf(6) },
  },
  {
    code: 'WRONG_TYPE',
    when: 'an alias leads over 20 others to the record',
    records: { [FQDN]: { CNAME: 'l0.example.org' }, ...chainOf(20), 'l20.example.org': { TXT: [OURS] } },
  },
  {
    code: 'WRONG_TYPE',
    when: 'the Return-Path is a TXT record',
    row: withReturnPath,
    records: { [RETURN_PATH]: { TXT: [TARGET] }, [FQDN]: { TXT: [OURS] } },
  },
  {
    code: 'WRONG_TYPE',
    when: 'a DNAME record leads to nothing',
    servers: { zones: RENAMED },
    records: { '_domainkey.example.org': { DNAME: 'keys.example.net' } },
  },
  {
    code: 'OTHER_KEY',
    when: 'a DNAME record leads to another key',
    servers: { zones: RENAMED },
    records: {
      '_domainkey.example.org': { DNAME: 'keys.example.net' },
      [`${SELECTOR}.keys.example.net`]: { TXT: [`p=${ANOTHER_KEY}`] },
    },
  },
  { code: 'RECORD_MISSING', when: 'there is nothing' },
  {
    code: 'RECORD_MISSING',
    when: 'there is nothing in a subdomain with a zone of its own',
    row: inMail,
    servers: { zones: OWN_ZONE_FOR_MAIL },
  },
  {
    code: 'RECORD_MISSING',
    when: 'there is nothing, and the domain is no zone of its own',
    servers: { zones: { org: { example: { A: ['192.0.2.1'] } } } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the form of the zone above added the domain again',
    servers: { zones: { org: { example: { A: ['192.0.2.1'] } } } },
    records: { [`${FQDN}.org`]: { TXT: [OURS] } },
  },
  {
    code: 'HOST_DOUBLED',
    when: 'the subdomain’s name was typed into the form of its own zone',
    row: inMail,
    servers: { zones: OWN_ZONE_FOR_MAIL },
    records: { [`${HOST}.mail.example.org.mail.example.org`]: { TXT: [OURS] } },
  },
  {
    code: 'RECORD_MISSING',
    when: 'there is nothing but a wildcard address',
    records: { '*.example.org': { A: ['192.0.2.1'] } },
  },
  {
    code: 'TARGET_MISSING',
    when: 'the key zone has nothing at a name that a CNAME record leads to',
    row: delegatedFields(NAMES),
    servers: { zones: KEY_ZONE },
    records: { ...CNAMES, ...FIRST_TARGET },
  },
  {
    code: 'TARGET_STALE',
    when: 'the key zone has a key at the name that is to have none',
    row: delegatedFields(NAMES),
    servers: { zones: KEY_ZONE },
    records: {
      ...CNAMES,
      ...FIRST_TARGET,
      'two.label.keys.example': { TXT: [`v=DKIM1; k=rsa; p=${ANOTHER_KEY}`] },
    },
  },
  {
    code: 'CNAME_FLATTENED',
    when: 'a provider answers with what is at the end of the CNAME record of a key',
    row: delegatedFields(NAMES),
    servers: { zones: KEY_ZONE },
    records: { ...FIRST_TARGET, ...SECOND_TARGET, 'two._domainkey.example.org': { TXT: ['v=DKIM1; p='] } },
  },
  {
    code: 'CNAME_WRONG_TARGET',
    when: 'the CNAME record of a key leads to another name',
    row: delegatedFields(NAMES),
    servers: { zones: KEY_ZONE },
    records: {
      ...FIRST_TARGET,
      ...SECOND_TARGET,
      'two._domainkey.example.org': { CNAME: 'one.label.keys.example' },
    },
  },
  {
    code: 'SECOND_NAME_MISSING',
    when: 'only the CNAME record is there whose name has the key',
    row: delegatedFields(NAMES),
    servers: { zones: KEY_ZONE },
    records: {
      ...FIRST_TARGET,
      ...SECOND_TARGET,
      'one._domainkey.example.org': { CNAME: 'one.label.keys.example' },
    },
  },
];

describe('each code, from what real name servers answer', () => {
  test.concurrent.each(CASES)(
    'the diagnosis is $code when $when',
    async ({ code, row: changes, ...world }) => {
      await using scene = await CheckFixture.set(world.servers);
      for (const [name, records] of Object.entries(world.records ?? {})) {
        const apex = scene.servers.authorities[0]?.zones.get(name)?.get('@') ?? {};
        scene.servers.publish(name, { ...apex, ...records });
      }
      world.arrange?.(scene);
      const row = sendingDomain(changes);

      const before = await scene.check(row);
      const seen = before.returnPath ?? before.dkim;
      expect(seen).toMatchObject({ code, ...SAYS });
      expect(seen.title).not.toBe('');
      if (seen.action === null) return;

      followFix(seen, scene.servers);
      const after = await scene.check(row);
      expect(after.returnPath ?? after.dkim, seen.fix ?? '').toMatchObject({ code: 'OK', state: 'valid' });
    },
  );

  test('a domain that was not checked yet has the code NOT_CHECKED, and says what to publish', async () => {
    await using scene = await CheckFixture.set();
    const row = sendingDomain(withReturnPath);
    const { records } = diagnose(row, undefined, scene.now);
    expect(records.map(({ code, state }) => ({ code, state }))).toEqual([
      { code: 'NOT_CHECKED', state: 'unchecked' },
      { code: 'NOT_CHECKED', state: 'unchecked' },
    ]);
    for (const record of records) followFix(record, scene.servers);
    const { diagnosis } = await scene.check(row);
    expect(diagnosis.records.map(({ code }) => code)).toEqual(['OK', 'OK']);
  });

  test('nobody is told to change a CNAME record that a DNAME record makes', async () => {
    await using scene = await CheckFixture.set({ zones: RENAMED });
    scene.servers.publish('mail.example.org', { DNAME: 'elsewhere.example.net' });
    const { returnPath } = await scene.check(sendingDomain({ ...inMail, ...withReturnPath }));
    expect(returnPath).toMatchObject({ code: 'CNAME_WRONG_TARGET', action: null });
    expect(returnPath?.fix).toContain('replace the DNAME record above');
  });

  test('every diagnosis code is produced by one of the cases', () => {
    const produced = new Set<DiagnosisCode>(['NOT_CHECKED', ...CASES.map(({ code }) => code)]);
    expect([...DIAGNOSIS_CODES].filter((code) => !produced.has(code))).toEqual([]);
  });
});

/** Whatever was seen, it is said in words. */
const SAYS = { title: expect.any(String), detail: expect.stringMatching(/\.$/) };
