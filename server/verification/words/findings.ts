import { type Action, fixSentence } from '@letterhead/shared';
import { MAX_NAME_LENGTH } from '../../dns/name.ts';
import type { ExpectedRecord } from '../../records/dns-records.ts';
import { isTooLong, LONGEST_DOMAIN } from '../../records/record-names.ts';
import type { Finding, FoundCode } from '../diagnosis/finding.ts';
import { damageSentence } from './key-damage.ts';
import { differenceSentence, noteSentence } from './notes.ts';
import type { Subject, Words, WordsBesideAction } from './subject.ts';
import { list, NOTHING_CHANGES, quoted, repeated, serverList } from './text.ts';
import { transientWords } from './transient.ts';

type WordsOf<Code extends FoundCode> = (finding: Finding<Code>, subject: Subject) => WordsBesideAction;

/** Puts a finding into words. Nothing but people reads them. */
export function describeFinding<Code extends FoundCode>(finding: Finding<Code>, subject: Subject): Words {
  const { code, action, notes } = finding;
  const { title, detail, fix } = WORDS[code](finding, subject);
  return {
    title,
    detail: [detail, ...notes.map((note) => noteSentence(note, subject.record.type))].join(' '),
    fix: fix ?? (action === null ? null : fixSentence({ code, action })),
  };
}

/** Describes a record of which no check has been made since its domain was created or renamed. */
export function describeUnchecked({ record, registrable }: Subject, action: Action | null): Words {
  if (action === null) return tooLong(record, registrable);
  return {
    title: 'Not checked yet',
    detail: `We haven’t checked ${record.fqdn} yet.`,
    fix: fixSentence({ code: 'NOT_CHECKED', action }),
  };
}

/** Of a key in the key zone that is right, and doesn't sign yet. */
export const AWAITS_CACHES =
  'Resolvers may still remember what the key’s name had before. Mail is signed with the key once they have forgotten it.';

const WORDS: { readonly [Code in FoundCode]: WordsOf<Code> } = {
  DNS_TIMEOUT: transientWords('DNS_TIMEOUT'),
  DNS_SERVFAIL: transientWords('DNS_SERVFAIL'),
  DNS_REFUSED: transientWords('DNS_REFUSED'),
  DNS_LAME: transientWords('DNS_LAME'),
  RESOLVER_UNREACHABLE: ({ ofKeyZone }, { record }) => ({
    title: ofKeyZone ? 'Our own name servers aren’t answering' : 'Our DNS resolver isn’t answering',
    detail: `We couldn’t check ${record.fqdn}, for a reason on our side. There is nothing for you to do. ${NOTHING_CHANGES} Operators: see ${ofKeyZone ? 'the name servers of DKIM_ZONE' : 'DNS_SERVERS'}.`,
  }),
  DNSSEC_BROKEN: (finding, { record }) => ({
    title: `DNSSEC fails for ${finding.at === 'record' ? 'this record' : finding.name}`,
    detail: `${dnssecProof(finding)} Receivers that check DNSSEC get no answer for ${record.fqdn}. ${isThereSentence(finding.isThere)}${NOTHING_CHANGES}`,
    ...(finding.delegated === null ? {} : { fix: removeDsAbove(finding.delegated) }),
  }),
  DOMAIN_NOT_FOUND: (_, { registrable }) => ({
    title: `${registrable} doesn’t exist in the DNS`,
    detail: `Either ${registrable} isn’t registered, or its registration has expired, or the name is misspelled. If it is misspelled, rename the domain here.`,
  }),
  KEY_MISMATCH: (_, { record }) => ({
    title: 'Our private key doesn’t belong to this record',
    detail: `${record.fqdn} has the right record, but the private key that is stored here was lost, damaged or replaced: what it signs wouldn’t verify. The DNS is fine, and the fault is on our side.`,
    fix: 'Operators: restore the private key from a backup, or remove the domain and add it again for a new key.',
  }),
  TARGET_MISSING: ({ without }, { record }) => ({
    title: 'The key isn’t in our own DNS zone yet',
    detail: `The CNAME record is right, but ${list(without)} ${without.length === 1 ? 'has' : 'have'} nothing at ${record.value}. The fault is on our side, and there is nothing for you to do. Operators: see letterhead key-zone status.`,
  }),
  TARGET_STALE: ({ without }, { record }) => ({
    title: 'Our own DNS zone isn’t up to date yet',
    detail: `The CNAME record is right, but ${list(without)} ${without.length === 1 ? 'has' : 'have'} something else at ${record.value} than the domain’s key. The fault is on our side, and there is nothing for you to do. Operators: see letterhead key-zone status.`,
  }),
  DELEGATION_DIFFERS: (finding) => ({
    title: differenceTitle(finding),
    detail: `${differenceSentence(finding)} The record is published, but receivers that ask ${serverList(finding.without)} don’t find it.${finding.isOutdated ? OUTDATED : ''}`,
  }),
  RESOLVER_FAILS: ({ servers, reason }, { record }) => ({
    title: 'Published, but some receivers may not get it',
    detail: `${asked(servers)} the right record, but our resolver failed to look up ${record.fqdn} (${reason.toUpperCase()}). Those of some receivers may fail, too.`,
    fix: `If this lasts, ask your DNS provider why resolvers can’t look up ${record.fqdn}.`,
  }),
  NAMESERVERS_DISAGREE: ({ without }) => ({
    title: 'Some name servers don’t have the record yet',
    detail: `Receivers that ask ${list(without)} don’t find the right record. This usually clears within an hour. If it doesn’t, the name servers are out of sync.`,
  }),
  NEGATIVE_CACHED: ({ servers }) => ({
    title: 'Published, but some receivers may not see it yet',
    detail: `${asked(servers)} the right record. Resolvers that looked for it earlier remember that it was missing. They forget that by themselves.`,
  }),
  TEST_MODE: () => ({
    title: 'Published, but in test mode',
    detail:
      'The record has the right key, but also t=y, which tells receivers that you are only testing DKIM. They may ignore the signature.',
  }),
  OK: ({ seenBy, servers, resolverDiffers }, { record }) => ({
    title: `The ${record.label} record is published`,
    detail:
      seenBy === 'resolver'
        ? `${asked([])} the right record. We got no answer from the domain’s own name servers.`
        : `${asked(servers)} the right record.${resolverDiffers ? ' Some resolvers may still give the old answer for a while.' : ''}`,
  }),
  KEY_RESTRICTED: ({ tag, tagValue }) => ({
    title: `The right key, but its ${tag}= tag blocks it`,
    detail: `The record has the right key, but ${tag}=${repeated(tagValue)} forbids receivers to use it for ${FORBIDS[tag]}.`,
  }),
  TXT_SPLIT_INTO_RECORDS: ({ count }) => ({
    title: 'The value is split into separate TXT records',
    detail: `The parts of the value are in ${count} TXT records at the same host. Receivers don’t put them together. A long value must be one record, which may consist of several strings.`,
  }),
  MULTIPLE_RECORDS: ({ others, copies }, { record }) => ({
    title: `More than one ${record.type} record at this host`,
    detail: `The right record is there, but so ${others === 1 ? 'is one other' : `are ${others} others`} at the same host.${copies === null ? '' : COPIES[copies]} Receivers may pick any of them, so your mail passes or fails by chance.`,
  }),
  QUOTES_IN_VALUE: () => ({
    title: 'The value contains quotation marks',
    detail:
      'The quotation marks were saved as part of the value. They belong in zone files; a DNS form adds its own.',
  }),
  ESCAPED_SEMICOLON: ({ place }) => ({
    title: 'The value contains a backslash',
    detail: `A backslash was saved as part of the value${BACKSLASH[place]}. Backslashes belong in zone files; a DNS form needs none.`,
  }),
  KEY_TRUNCATED: ({ length, fullLength }) => ({
    title: 'The value is cut short',
    detail: `Only the first ${length} of the key’s ${fullLength} characters were saved. If the field is limited to 255 characters, enter the value as two quoted strings in the same record, or ask your DNS provider how to enter a long TXT value.`,
  }),
  PREVIOUS_KEY: () => ({
    title: 'This is an old key of the domain',
    detail:
      'The domain has a new key now, and its mail is signed with that. Receivers can’t verify it with the old one.',
  }),
  KEY_REVOKED: () => ({
    title: 'The key is revoked',
    detail: 'The record’s p= is empty, which tells receivers that the key is no longer in use.',
  }),
  WILDCARD_ANSWER: (_, { record }) => ({
    title: 'A wildcard record answers instead',
    detail: `Names that don’t exist get the same answer as ${record.fqdn}, so it comes from a wildcard record (*). Once the right record is there, it takes precedence. The wildcard can stay.`,
  }),
  KEY_DAMAGED: ({ damage, length, fullLength }) => ({
    title: damage.kind === 'no-key' ? 'The record doesn’t contain a key' : 'The key isn’t an exact copy',
    detail: `${damageSentence(damage, { length, fullLength })} Receivers can’t verify your mail with it.`,
  }),
  OTHER_KEY: () => ({
    title: 'The record contains another key',
    detail: 'It is a valid DKIM key, but not the one that this domain’s mail is signed with.',
  }),
  BAD_SYNTAX: ({ problem }) => ({
    title: 'The value isn’t a DKIM record',
    detail: `Receivers can’t read the TXT record as a DKIM key: ${repeated(problem)}.`,
  }),
  HOST_DOUBLED: ({ foundAt, servers }, { record }) => ({
    title: 'The domain appears twice in the host',
    detail: `${asked(servers)} the record at ${foundAt} instead of ${record.fqdn}. The DNS form added the domain by itself.`,
  }),
  WRONG_HOST: ({ foundAt, servers }, { record }) => ({
    title: 'The record is at the wrong host',
    detail: `${asked(servers)} the record at ${foundAt}. Receivers look for it at ${record.fqdn}.`,
  }),
  CNAME_WRONG_TARGET: ({ targets, zoneAppended, isRenamed, servers }, { record }) => ({
    title: 'The CNAME record points to the wrong name',
    detail: `${asked(servers)} that ${record.fqdn} points to ${list(targets, 'or')} instead of ${record.value}.${zoneAppended ? ' The DNS form added the domain by itself; a dot at the end of the value prevents that.' : ''}${isRenamed ? ' A DNAME record above it makes that, and no other record can stand below it.' : ''}`,
    ...(isRenamed ? { fix: replaceDname(record) } : {}),
  }),
  CNAME_FLATTENED: ({ types }, { record }) => {
    const found = types.includes('TXT') ? 'a copy of the key' : 'addresses';
    return {
      title: `There ${types.includes('TXT') ? 'is' : 'are'} ${found} instead of a CNAME record`,
      detail: `${record.fqdn} has ${found} (${list(types)}) but no CNAME record. Some DNS providers turn a CNAME record into what it leads to (“flattening” or “proxy”). If yours does, switch that off for this record (“DNS only”).`,
    };
  },
  WRONG_TYPE: (finding, { record }) =>
    finding.aliases === null
      ? {
          title: `There is no ${record.type} record, but one of another type`,
          detail: `${asked(finding.servers)} records of type ${list(finding.types)} at ${record.fqdn}, but no ${record.type} record.${finding.types.includes('NS') ? ' The NS records make it a zone of its own, where no CNAME record can stand. If a DNS provider lists the zone, delete it there, too.' : ''}`,
        }
      : {
          title: `The ${finding.isRenamed ? 'DNAME' : 'CNAME'} record doesn’t lead to a ${record.type} record`,
          detail: `${asked(finding.servers)} that ${record.fqdn} ${finding.isRenamed ? 'is below a DNAME record, which makes it point' : 'is a CNAME record that points'} to ${list(finding.aliases, 'or')}. ${endOfAlias(finding, record)}`,
        },
  SECOND_NAME_MISSING: ({ servers }, { record }) => ({
    title: 'The second CNAME record is missing',
    detail: `${asked(servers)} no CNAME record at ${record.fqdn}. Mail is signed all the same, but the domain’s key can’t be renewed until both records are there.`,
  }),
  RECORD_MISSING: ({ servers, delegated }, { record, registrable, wasVerified }) => {
    if (isTooLong(record.fqdn)) return tooLong(record, registrable);
    const hidden = delegated === null ? '' : ` ${delegationSentence(delegated, servers)}`;
    const seen = `${asked(servers)} no ${record.type} record at ${record.fqdn}`;
    if (wasVerified === true) {
      return {
        title: `The ${record.label} record has disappeared`,
        detail: `${seen}, where it was before. It may have been deleted, or left behind when the DNS provider changed.${hidden}`,
      };
    }
    const these = servers.length === 1 ? 'this name server' : 'these name servers';
    const rightPlace = servers.length === 0 ? '' : `: the right one runs ${these}`;
    return {
      title: `The ${record.label} record is missing`,
      detail: `${seen}. If you have just added it, one of the next checks will find it. If you added it some time ago, it may be at the wrong DNS provider${rightPlace}.${hidden}`,
    };
  },
};

function differenceTitle({ delegated, isOutdated, action }: Finding<'DELEGATION_DIFFERS'>): string {
  if (isOutdated && action === null) return 'Some receivers still ask the previous name servers';
  if (isOutdated) return 'The record is only on the previous name servers';
  return delegated === undefined
    ? 'The registrar and the DNS settings list different name servers'
    : `${delegated} and the domain above it list different name servers`;
}

const OUTDATED = ' Resolvers forget the previous name servers by themselves, mostly within two days.';

function endOfAlias(
  { circular, endless }: { circular: boolean; endless: boolean },
  { type }: ExpectedRecord,
) {
  if (circular) return 'From there, CNAME records lead in a circle, so nobody finds anything.';
  if (endless) return 'From there, it takes more CNAME records to get anywhere than receivers follow.';
  return `There is no ${type} record there.`;
}

/** The beginning of a sentence that names who was asked, and so who was not. */
function asked(servers: readonly string[]): string {
  if (servers.length === 0) return 'We asked our resolver and found';
  return `We asked the domain’s name ${servers.length === 1 ? 'server' : 'servers'} ${serverList(servers)} and found`;
}

function delegationSentence(zone: string, servers: readonly string[]): string {
  const to = servers.length === 0 ? 'servers of its own' : serverList(servers);
  return `${zone} is delegated to ${to}, so records for it in the DNS settings of the domain above don’t count. Add the record in the DNS settings of ${zone}, or remove the NS records of ${zone} from those of the domain above.`;
}

function replaceDname({ type, fqdn, value }: ExpectedRecord): string {
  return `Ask your DNS provider to replace the DNAME record above ${fqdn} with records for the names below it; then add a ${type} record at ${fqdn} with the value ${quoted(value)}.`;
}

function removeDsAbove(zone: string): string {
  return `In the DNS settings of the domain above ${zone}, remove the DS record of ${zone}, or replace it with the one that the DNS provider of ${zone} shows.`;
}

function dnssecProof({ proof, at, name, delegated }: Finding<'DNSSEC_BROKEN'>): string {
  if (proof === 'keys')
    return `The DS record at the registrar matches none of the keys at the name servers of ${name}. Usually it was left behind when the DNS provider changed.`;
  const whose = at === 'zone' ? `for ${name}` : `about ${name}`;
  return `Our resolver gives an answer ${whose} only with DNSSEC checks turned off. Either signatures are missing, wrong or expired, or the DS record ${delegated === null ? 'at the registrar' : `of ${delegated} in the domain above`} was left behind when the DNS provider changed.`;
}

function isThereSentence(isThere: boolean | null): string {
  if (isThere === null) return '';
  return isThere
    ? 'The name servers themselves have the right record. '
    : 'The name servers themselves don’t have the right record, either. ';
}

const COPIES = {
  'same-text': ' At least one has the same text, perhaps cut into other strings.',
  'white-space': ' At least one differs from it only in spaces or line breaks.',
} as const;

const BACKSLASH = {
  'before-semicolon': ', before a semicolon',
  end: ', at its end',
  elsewhere: '',
} as const;

const FORBIDS = {
  h: 'SHA-256 signatures, which your mail has',
  k: 'RSA signatures, which your mail has',
  s: 'e-mail',
} as const;

/** No name in the DNS is long enough for the record's host: no server need be asked to know that it is not there. */
function tooLong({ label, fqdn, domain }: ExpectedRecord, registrable: string) {
  return {
    title: `The domain name is too long for a ${label} record`,
    detail: `A DNS name has at most ${MAX_NAME_LENGTH} characters, and the host of this record would have ${fqdn.length}. No DNS provider can publish it, so mail can’t be signed for ${domain}.`,
    fix: `Rename ${domain} to a name of at most ${LONGEST_DOMAIN} characters, such as ${quoted(registrable)}.`,
  };
}
