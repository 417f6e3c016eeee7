// Also used by the web console at run time: must not load zod, which would double the console's size.
import type { Severity } from './rules.ts';

/** What is known of a diagnosis code, whatever the domain. */
interface CodeFacts {
  /** How bad it is; what was never verified, and is only awaited, is `info` instead of `error`. */
  readonly severity: Severity;
  /** Two or three words for a line of a list; null where there is nothing to say. */
  readonly reason: string | null;
}

/** Diagnosis codes of a record, in order of precedence: the first one that applies is given. */
export const DIAGNOSES = {
  NOT_CHECKED: { severity: 'info', reason: null },
  DNS_TIMEOUT: { severity: 'warning', reason: 'Name servers don’t answer' },
  DNS_SERVFAIL: { severity: 'warning', reason: 'Name servers fail' },
  DNS_REFUSED: { severity: 'warning', reason: 'Name servers refuse' },
  DNS_LAME: { severity: 'warning', reason: 'Name servers don’t know the zone' },
  RESOLVER_UNREACHABLE: { severity: 'warning', reason: 'Resolver doesn’t answer' },
  DNSSEC_BROKEN: { severity: 'warning', reason: 'DNSSEC is broken' },
  DOMAIN_NOT_FOUND: { severity: 'error', reason: 'Domain doesn’t exist' },
  KEY_MISMATCH: { severity: 'error', reason: 'Private key is not the published one' },
  TARGET_MISSING: { severity: 'error', reason: 'Key not in our zone yet' },
  TARGET_STALE: { severity: 'error', reason: 'Our zone is out of date' },
  DELEGATION_DIFFERS: { severity: 'warning', reason: 'Name servers differ from the registrar’s' },
  RESOLVER_FAILS: { severity: 'warning', reason: 'Resolver fails' },
  NAMESERVERS_DISAGREE: { severity: 'warning', reason: 'Name servers disagree' },
  NEGATIVE_CACHED: { severity: 'info', reason: 'Old answer still cached' },
  TEST_MODE: { severity: 'warning', reason: 'Key is in test mode' },
  OK: { severity: 'ok', reason: null },
  KEY_RESTRICTED: { severity: 'error', reason: 'Key is restricted' },
  TXT_SPLIT_INTO_RECORDS: { severity: 'error', reason: 'Value split into several records' },
  MULTIPLE_RECORDS: { severity: 'error', reason: 'Several records at the host' },
  QUOTES_IN_VALUE: { severity: 'error', reason: 'Quotation marks in the value' },
  ESCAPED_SEMICOLON: { severity: 'error', reason: 'Backslash in the value' },
  KEY_TRUNCATED: { severity: 'error', reason: 'Key is cut off' },
  PREVIOUS_KEY: { severity: 'error', reason: 'Old key published' },
  KEY_REVOKED: { severity: 'error', reason: 'Key is empty' },
  WILDCARD_ANSWER: { severity: 'error', reason: 'Only a wildcard answers' },
  KEY_DAMAGED: { severity: 'error', reason: 'Key is damaged' },
  OTHER_KEY: { severity: 'error', reason: 'Different key published' },
  BAD_SYNTAX: { severity: 'error', reason: 'Value can’t be read' },
  HOST_DOUBLED: { severity: 'error', reason: 'Host doubled' },
  WRONG_HOST: { severity: 'error', reason: 'Wrong host' },
  CNAME_WRONG_TARGET: { severity: 'error', reason: 'CNAME points elsewhere' },
  CNAME_FLATTENED: { severity: 'error', reason: 'CNAME was flattened' },
  WRONG_TYPE: { severity: 'error', reason: 'Wrong record type' },
  SECOND_NAME_MISSING: { severity: 'warning', reason: 'Second CNAME not found' },
  RECORD_MISSING: { severity: 'error', reason: 'Record not found' },
} as const satisfies Record<string, CodeFacts>;

export type DiagnosisCode = keyof typeof DIAGNOSES;

const ADD =
  'In the DNS settings of example.org, add a TXT record with the host “abc._domainkey” and the value “k=rsa;p=…”.';
const CHANGE_VALUE =
  'In the DNS settings of example.org, change the value of the TXT record at the host “abc._domainkey” to “k=rsa;p=…”.';

/** What each code means, and an example of its fix, for whoever looks a code up. The console's bundle leaves them out. */
export const CODE_MEANINGS: Record<DiagnosisCode, { readonly meaning: string; readonly fix: string | null }> =
  {
    NOT_CHECKED: {
      meaning: 'No check has been made since the domain was created or renamed.',
      fix: ADD,
    },
    DNS_TIMEOUT: {
      meaning: 'The domain’s name servers didn’t answer in time. The last result stands.',
      fix: 'If this lasts, ask your DNS provider to make ns1.example.org answer for example.org, or, at the registrar of example.org, set the name servers to those of your DNS provider.',
    },
    DNS_SERVFAIL: {
      meaning:
        'The name servers gave no usable answer: SERVFAIL, or none that is valid DNS. The last result stands.',
      fix: 'If this lasts, ask your DNS provider to make ns1.example.org answer for example.org, or, at the registrar of example.org, set the name servers to those of your DNS provider.',
    },
    DNS_REFUSED: {
      meaning:
        'The name servers refuse to answer, as they do where the domain isn’t set up. The last result stands.',
      fix: 'Ask your DNS provider to set up example.org on ns1.example.org, or, at the registrar of example.org, set the name servers to those of your DNS provider.',
    },
    DNS_LAME: {
      meaning:
        'The name servers that the registrar lists aren’t set up for the domain. The last result stands.',
      fix: 'Ask your DNS provider to set up example.org on ns1.example.org, or, at the registrar of example.org, set the name servers to those of your DNS provider.',
    },
    RESOLVER_UNREACHABLE: {
      meaning:
        'Letterhead’s own DNS resolver isn’t answering. The last result stands; operators see DNS_SERVERS.',
      fix: null,
    },
    DNSSEC_BROKEN: {
      meaning:
        'Signatures of the zone don’t validate, so receivers that check DNSSEC get no answer. The last result stands.',
      fix: 'At the registrar of example.org, remove the DS record, or replace it with the one that your DNS provider shows.',
    },
    DOMAIN_NOT_FOUND: {
      meaning: 'The domain isn’t registered, or its registration has expired, or its name is misspelled.',
      fix: 'Register example.org, or renew its registration; then, in its DNS settings, add a TXT record with the host “abc._domainkey” and the value “k=rsa;p=…”.',
    },
    KEY_MISMATCH: {
      meaning:
        'The record is right, but the private key that Letterhead has doesn’t belong to it: a fault on its side.',
      fix: 'Operators: restore the private key from a backup, or remove the domain and add it again for a new key.',
    },
    TARGET_MISSING: {
      meaning:
        'The CNAME record is right, but Letterhead’s own zone has no key at its target: a fault on its side.',
      fix: null,
    },
    TARGET_STALE: {
      meaning:
        'The CNAME record is right, but Letterhead’s own zone has another key at its target: a fault on its side.',
      fix: null,
    },
    DELEGATION_DIFFERS: {
      meaning:
        'The record is published, but the registrar and the zone list different name servers, some of which don’t have it.',
      fix: 'At the registrar of example.org, set the name servers to “ns1.example.org” and “ns2.example.org”.',
    },
    RESOLVER_FAILS: {
      meaning:
        'The record is published, but a resolver fails to look it up; those of some receivers may fail, too.',
      fix: 'If this lasts, ask your DNS provider why resolvers can’t look up abc._domainkey.example.org.',
    },
    NAMESERVERS_DISAGREE: {
      meaning: 'Some of the name servers don’t have the right record. This usually clears within an hour.',
      fix: 'In the DNS settings of example.org, make sure that all name servers have the same TXT record, with the host “abc._domainkey” and the value “k=rsa;p=…”.',
    },
    NEGATIVE_CACHED: {
      meaning:
        'The record is published, but resolvers that looked for it earlier remember that it was missing.',
      fix: null,
    },
    TEST_MODE: {
      meaning: 'The key is right, but t=y tells receivers that DKIM is only being tested.',
      fix: CHANGE_VALUE,
    },
    OK: {
      meaning: 'The record is published as it should be.',
      fix: null,
    },
    KEY_RESTRICTED: {
      meaning: 'The key is right, but its h=, k= or s= tag forbids receivers to use it for this mail.',
      fix: CHANGE_VALUE,
    },
    TXT_SPLIT_INTO_RECORDS: {
      meaning: 'The parts of the value are in several TXT records, which receivers don’t put together.',
      fix: 'In the DNS settings of example.org, replace the 2 TXT records at the host “abc._domainkey” with one TXT record that has the value “k=rsa;p=…”.',
    },
    MULTIPLE_RECORDS: {
      meaning: 'The right record is there, and others at the same host. Receivers may pick any of them.',
      fix: 'In the DNS settings of example.org, at the host “abc._domainkey”, remove all TXT records except the one with the value “k=rsa;p=…”.',
    },
    QUOTES_IN_VALUE: {
      meaning: 'Quotation marks were saved as part of the value.',
      fix: CHANGE_VALUE,
    },
    ESCAPED_SEMICOLON: {
      meaning: 'A backslash was saved as part of the value.',
      fix: CHANGE_VALUE,
    },
    KEY_TRUNCATED: {
      meaning: 'Only the first part of the key was saved.',
      fix: CHANGE_VALUE,
    },
    PREVIOUS_KEY: {
      meaning: 'The record has a key that the domain had before.',
      fix: CHANGE_VALUE,
    },
    KEY_REVOKED: {
      meaning: 'The record’s p= is empty, which tells receivers that the key is no longer in use.',
      fix: CHANGE_VALUE,
    },
    WILDCARD_ANSWER: {
      meaning: 'There is no record of its own: a wildcard record answers in its place.',
      fix: ADD,
    },
    KEY_DAMAGED: {
      meaning: 'The key isn’t an exact copy: characters are missing, added, swapped or changed.',
      fix: CHANGE_VALUE,
    },
    OTHER_KEY: {
      meaning: 'The record has a valid DKIM key, but not the one that this domain’s mail is signed with.',
      fix: CHANGE_VALUE,
    },
    BAD_SYNTAX: {
      meaning: 'Receivers can’t read the value as a DKIM key record.',
      fix: CHANGE_VALUE,
    },
    HOST_DOUBLED: {
      meaning: 'The DNS form added the domain by itself, so that it is in the host twice.',
      fix: 'In the DNS settings of example.org, change the host of the TXT record from “abc._domainkey.example.org” to “abc._domainkey” and leave its value “k=rsa;p=…” as it is.',
    },
    WRONG_HOST: {
      meaning: 'The right record is at another host.',
      fix: 'In the DNS settings of example.org, change the host of the TXT record from “abc” to “abc._domainkey” and leave its value “k=rsa;p=…” as it is.',
    },
    CNAME_WRONG_TARGET: {
      meaning: 'The CNAME record points to another name.',
      fix: 'In the DNS settings of example.org, change the value of the CNAME record at the host “bounces-abc” to “token.bounces.example.net”.',
    },
    CNAME_FLATTENED: {
      meaning: 'There are addresses instead of the CNAME record: the DNS provider has turned it into them.',
      fix: 'In the DNS settings of example.org, replace the A record at the host “bounces-abc” with one CNAME record that has the value “token.bounces.example.net”.',
    },
    WRONG_TYPE: {
      meaning: 'There is a record of another type at the host, or a CNAME record that leads nowhere.',
      fix: 'In the DNS settings of example.org, replace the CNAME record at the host “abc._domainkey” with one TXT record that has the value “k=rsa;p=…”.',
    },
    SECOND_NAME_MISSING: {
      meaning:
        'Of the two CNAME records, the one that isn’t in use is missing. Mail is signed, but the key can’t be renewed.',
      fix: 'In the DNS settings of example.org, add a CNAME record with the host “abc._domainkey” and the value “abc.label.keys.example.net”.',
    },
    RECORD_MISSING: {
      meaning: 'The name servers have no such record, and nothing explains where it may be.',
      fix: ADD,
    },
  };
