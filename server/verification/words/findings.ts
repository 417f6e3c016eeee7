import { type Action, fixSentence } from '@letterhead/shared';
import { MAX_NAME_LENGTH } from '../../dns/name.ts';
import type { ExpectedRecord } from '../../records/dns-records.ts';
import { isTooLong, LONGEST_DOMAIN } from '../../records/record-names.ts';
import type { Finding, FoundCode } from '../diagnosis/finding.ts';
import { damageSentence } from './key-damage.ts';
import { noteSentence } from './notes.ts';
import type { Subject, Words } from './subject.ts';
import { list, parentSide, quoted, repeated, STILL_HOLDS, serverList } from './text.ts';
import { transientWords } from './transient.ts';

type WordsOf<Code extends FoundCode> = (
  finding: Finding<Code>,
  subject: Subject,
) => Omit<Words, 'fix'> & Partial<Words>;

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
    detail: `Nobody has asked the DNS about ${record.fqdn} yet.`,
    fix: fixSentence({ code: 'NOT_CHECKED', action }),
  };
}

const WORDS: { readonly [Code in FoundCode]: WordsOf<Code> } = {
  DNS_TIMEOUT: transientWords('DNS_TIMEOUT'),
  DNS_SERVFAIL: transientWords('DNS_SERVFAIL'),
  DNS_REFUSED: transientWords('DNS_REFUSED'),
  DNS_LAME: transientWords('DNS_LAME'),
  RESOLVER_UNREACHABLE: (_, { record }) => ({
    title: 'Our own DNS resolver can’t be reached',
    detail: `Nothing could be asked about ${record.fqdn}, for a reason on our side. ${STILL_HOLDS}`,
  }),
  DNSSEC_BROKEN: (finding, { record }) => ({
    title: finding.at === 'record' ? 'DNSSEC fails for the record' : `DNSSEC fails for ${finding.name}`,
    detail: `${dnssecProof(finding)} Receivers that check DNSSEC get no answer for ${record.fqdn}. ${isThereSentence(finding.isThere)}${STILL_HOLDS}`,
  }),
  DOMAIN_NOT_FOUND: (_, { registrable }) => ({
    title: `${registrable} does not exist`,
    detail: `The DNS holds no domain ${registrable}: it is not registered, has expired, or is spelt otherwise.`,
  }),
  DELEGATION_DIFFERS: ({ parent, child, delegated, without }) => ({
    title:
      delegated === undefined
        ? 'The registrar and the zone name different name servers'
        : `${delegated} and the zone above it name different name servers`,
    detail: `${parentSide(delegated)} sends receivers to ${serverList(parent)}, and the zone itself names ${serverList(child)}. Our record is published, but receivers that ask ${serverList(without)} don’t find it.`,
  }),
  RESOLVER_FAILS: ({ servers }, { record }) => ({
    title: 'Published, but not every receiver can get it',
    detail: `${saying(servers, ['answers with our record', 'answer with our record'])}, but the resolver that was asked about ${record.fqdn} answered with a failure (SERVFAIL): so may those of some receivers. Where this stays, the DNS provider can find out why.`,
  }),
  NAMESERVERS_DISAGREE: ({ without }) => ({
    title: 'Some of the name servers don’t have the record yet',
    detail: `Receivers that ask ${list(without)} don’t find our record. After a change this passes by itself, mostly within an hour; where it stays, the name servers are not kept alike.`,
  }),
  NEGATIVE_CACHED: ({ servers }) => ({
    title: 'Published; some resolvers still remember that it was not there',
    detail: `${saying(servers, ['answers with our record', 'answer with our record'])}. A resolver that was asked before it was there repeats its old answer until that runs out by itself.`,
  }),
  TEST_MODE: () => ({
    title: 'Published, but in test mode',
    detail:
      'The record is ours and carries t=y, which tells receivers that signing is only being tried out: they may ignore it.',
  }),
  OK: ({ seenBy, servers, resolverDiffers }, { record }) => ({
    title: `The ${record.label} record is published`,
    detail:
      seenBy === 'resolver'
        ? 'The resolver finds it; none of the domain’s own name servers gave an answer.'
        : `${saying(servers, ['answers with it', 'answer with it'])}.${resolverDiffers ? ' Some resolvers still repeat what was there before, until that runs out.' : ''}`,
  }),
  KEY_RESTRICTED: ({ tag, tagValue }) => ({
    title: `Ours, but its ${tag}= forbids the use`,
    detail: `The record carries our key, and ${tag}=${repeated(tagValue)}, by which receivers must not use it for ${FORBIDS[tag]}.`,
  }),
  TXT_SPLIT_INTO_RECORDS: ({ count }) => ({
    title: 'The value is split into separate TXT records',
    detail: `The pieces of our value lie in ${count} TXT records of the same name. Receivers take each for a whole; a long value has to be one record, which may hold several strings.`,
  }),
  MULTIPLE_RECORDS: ({ others, copies }) => ({
    title: 'There are other TXT records beside ours',
    detail: `Our record is there, and ${others} more of the same name${copies === null ? '' : COPIES[copies]}. Receivers may pick any of them, so that mail passes by chance or not at all.`,
  }),
  QUOTES_IN_VALUE: () => ({
    title: 'The value has quotation marks in it',
    detail:
      'It is our value with quotation marks as a part of it. Quotation marks belong in zone files; DNS forms add them automatically.',
  }),
  ESCAPED_SEMICOLON: ({ place }) => ({
    title: 'The value has backslashes in it',
    detail: `It is our value with a backslash ${BACKSLASH[place]}. Backslashes belong in zone files; DNS forms add them automatically.`,
  }),
  KEY_TRUNCATED: ({ length, fullLength }) => ({
    title: 'The value is cut short',
    detail: `Only ${length} of the key’s ${fullLength} characters are there. Some forms take 255 at most: there, split the value into two strings of one record, or ask the provider how to enter a long TXT value.`,
  }),
  PREVIOUS_KEY: () => ({
    title: 'This is a key that the domain had before',
    detail:
      'The domain has been given a new key since. Mail is signed with the new one, which receivers can’t check against this record.',
  }),
  KEY_REVOKED: () => ({
    title: 'The key is revoked',
    detail: 'The record’s p= is empty, which tells receivers that the key is no longer in use.',
  }),
  WILDCARD_ANSWER: (_, { record }) => ({
    title: 'A wildcard record answers instead of ours',
    detail: `Names that nobody has published get the same answer as ${record.fqdn}: it comes from a wildcard record (*). Ours goes before it as soon as it is there; the wildcard can stay.`,
  }),
  KEY_DAMAGED: ({ damage, length, fullLength }) => ({
    title: damage.kind === 'no-key' ? 'There is no key in the record' : 'The key was changed on its way',
    detail: `${damageSentence(damage, { length, fullLength })} Receivers can’t check our mail with it.`,
  }),
  OTHER_KEY: () => ({
    title: 'There is another key',
    detail: 'The record is a valid DKIM key, but not the one that this domain’s mail is signed with.',
  }),
  BAD_SYNTAX: ({ problem }) => ({
    title: 'The value is not a DKIM record',
    detail: `Receivers can’t read the TXT record as a DKIM key: ${repeated(problem)}.`,
  }),
  HOST_DOUBLED: ({ foundAt, servers }, { record }) => ({
    title: 'The domain is in the host name twice',
    detail: `${saying(servers)} that there is nothing at ${record.fqdn}, but our record is at ${foundAt}: the form adds the rest of the name by itself.`,
  }),
  WRONG_HOST: ({ foundAt, servers }, { record }) => ({
    title: 'The record is at another host name',
    detail: `${saying(servers)} that there is nothing at ${record.fqdn}, but our record is at ${foundAt}, where receivers don’t look for it.`,
  }),
  CNAME_WRONG_TARGET: ({ target, zoneAppended, servers }, { record }) => ({
    title: 'The CNAME record leads elsewhere',
    detail: `${saying(servers)} that ${record.fqdn} leads to ${target}, not to ${record.value}.${zoneAppended ? ' The form has added the zone to the target; with a dot at its end, it takes the target as it is.' : ''}`,
  }),
  CNAME_FLATTENED: ({ types }, { record }) => ({
    title: 'A/AAAA records found instead of a CNAME',
    detail: `${record.fqdn} answers with addresses (${list(types)}) and no CNAME. Some providers flatten or proxy a CNAME into addresses: switch that off for this record (“DNS only”).`,
  }),
  WRONG_TYPE: (finding, { record }) =>
    finding.alias === null
      ? {
          title: `A record of another type, not ${record.type}`,
          detail: `${saying(finding.servers)} that ${record.fqdn} has ${list(finding.types)}, but no ${record.type} record.`,
        }
      : {
          title: 'The CNAME points to a name without the record',
          detail: `${saying(finding.servers)} that ${record.fqdn} is a CNAME record to ${finding.alias}, ${endOfAlias(finding, record)}.`,
        },
  RECORD_MISSING: ({ servers, delegated }, { record, registrable }) => {
    if (isTooLong(record.fqdn)) return tooLong(record, registrable);
    const hidden = delegated === null ? '' : ` ${delegationSentence(delegated, servers)}`;
    return {
      title: `The ${record.label} record is not there`,
      detail: `${saying(servers)} that there is no ${record.type} record at ${record.fqdn}. Where it was added only just now, it is found at one of the next checks; where it was added at another DNS provider, that is the wrong one.${hidden}`,
    };
  },
};

function endOfAlias(
  { circular, endless }: { circular: boolean; endless: boolean },
  { type }: ExpectedRecord,
) {
  if (circular) return 'which leads around in a circle: nobody finds anything there';
  if (endless) return 'which leads on to more CNAME records one after the other than receivers follow';
  return `and there is no ${type} record there`;
}

/** The beginning of a sentence that names who is responsible, and so who is not. */
function saying(servers: readonly string[], [says, say] = ['says', 'say']): string {
  if (servers.length === 0) return `The resolver ${says}`;
  return servers.length === 1
    ? `The domain’s own name server ${serverList(servers)} ${says}`
    : `The domain’s own name servers ${serverList(servers)} ${say}`;
}

function delegationSentence(zone: string, servers: readonly string[]): string {
  const to = servers.length === 0 ? 'servers of its own' : serverList(servers);
  return `${zone} is delegated to ${to}, which hides what the zone above has for it: add the record in the zone ${zone}, or remove the NS records of ${zone} from the zone above.`;
}

function dnssecProof({ proof, at, name }: Finding<'DNSSEC_BROKEN'>): string {
  if (proof === 'keys')
    return `None of the keys at the name servers of ${name} matches its DS record at the registrar: mostly, that was left behind when the DNS provider changed.`;
  const whose = at === 'zone' ? `for ${name}` : `about ${name}`;
  return `A resolver that checks DNSSEC answers ${whose} only when it is told not to check: signatures are missing, wrong or expired, or the DS record at the registrar was left behind when the DNS provider changed.`;
}

function isThereSentence(isThere: boolean | null): string {
  if (isThere === null) return '';
  return isThere
    ? 'The name servers themselves have our record. '
    : 'The name servers themselves don’t have our record, either. ';
}

const COPIES = {
  'same-text': ': with the same text, though a form may have cut it into strings at other places',
  'white-space': ', which differs from it only in spaces or line breaks',
} as const;

const BACKSLASH = {
  'before-semicolon': 'before the semicolon',
  end: 'at its end',
  elsewhere: 'in it',
} as const;

const FORBIDS = {
  h: 'signatures with SHA-256, as ours are',
  k: 'RSA signatures, as ours are',
  s: 'e-mail',
} as const;

/** No name in the DNS is long enough for the record's host: no server need be asked to know that it is not there. */
function tooLong({ label, fqdn, domain }: ExpectedRecord, registrable: string) {
  return {
    title: `The domain name is too long for a ${label} record`,
    detail: `A name in the DNS has at most ${MAX_NAME_LENGTH} characters, and the record’s would have ${fqdn.length}: no DNS provider can hold it. Mail can’t be signed for ${domain}.`,
    fix: `Rename ${domain} to a name of at most ${LONGEST_DOMAIN} characters, such as ${quoted(registrable)}.`,
  };
}
