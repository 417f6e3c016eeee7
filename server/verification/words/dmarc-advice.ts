import type { AdviceFinding, DmarcRemark } from '../advice/advice-finding.ts';
import type { DmarcPolicy, DmarcProblem } from '../advice/dmarc-record.ts';
import type { WordsBesideAction } from './subject.ts';
import { list, placeOf, quoted, repeated } from './text.ts';

type DmarcFinding = Extract<AdviceFinding, { readonly code: `DMARC_${string}` }>;
type PolicyFinding = Extract<DmarcFinding, { readonly code: 'DMARC_POLICY' }>;

/** What receivers do with mail that claims to be from the domain, and is not proven to be. */
const POLICIES: Record<DmarcPolicy, string> = {
  none: 'deliver mail that fails DMARC like any other mail',
  quarantine: 'put mail that fails DMARC in the spam folder',
  reject: 'reject mail that fails DMARC',
};

/** Puts advice on DMARC into words. */
export function describeDmarc(finding: DmarcFinding, domain: string): WordsBesideAction {
  switch (finding.code) {
    case 'DMARC_MISSING':
      return {
        title: 'No DMARC record',
        detail: `Neither ${domain} nor a domain above it has a DMARC record.${finding.alias === null ? '' : ` ${finding.name} is a CNAME record that points to ${finding.alias}, where there is none.`} Gmail and Yahoo require one from bulk senders. p=none changes nothing about today’s delivery.`,
      };
    case 'DMARC_MULTIPLE':
      return {
        title: 'More than one DMARC record',
        detail: `There is more than one DMARC record at ${finding.name}, so receivers ignore all of them (RFC 9989 §4.10).`,
        fix: `At ${placeOf(finding.name, finding.alias)}, keep one of the TXT records that begin with v=DMARC1, and remove the others.`,
      };
    case 'DMARC_INVALID':
      return {
        title: 'The DMARC record isn’t valid',
        detail: `${effectOf(finding)}: ${problemOf(finding.problem)}.`,
        fix: fixOf(finding.problem, placeOf(finding.name, finding.alias)),
      };
    case 'DMARC_POLICY':
      return {
        title: `DMARC: ${finding.policy}${finding.policy === finding.published ? '' : ` (${finding.published} is being tested)`}`,
        detail: [
          ...policySentences(finding, domain),
          `Mail from ${domain} that this help desk has signed passes.`,
          ...remarkSentences(finding.remarks),
        ].join(' '),
      };
  }
}

function effectOf({ name, effect }: Extract<DmarcFinding, { readonly code: 'DMARC_INVALID' }>): string {
  return effect === 'ignored'
    ? `Receivers ignore the record at ${name}`
    : `Receivers treat the record at ${name} as p=${effect}`;
}

function problemOf(problem: DmarcProblem): string {
  switch (problem.kind) {
    case 'version':
      return 'it doesn’t begin with v=DMARC1, spelled exactly like that';
    case 'no-semicolon':
      return 'there is no semicolon right after its v=DMARC1';
    case 'repeated-tag':
      return `it contains ${repeated(problem.tag)}= twice`;
    case 'bad-policy':
      return `${problem.tag}= must be none, quarantine or reject, but is ${quoted(repeated(problem.value))}`;
    case 'no-policy':
      return 'it has neither p= nor an address for reports';
  }
}

function fixOf(problem: DmarcProblem, where: string): string {
  switch (problem.kind) {
    case 'version':
    case 'no-semicolon':
    case 'no-policy':
      return `At ${where}, change the value of the TXT record so that it begins with ${quoted('v=DMARC1; p=none')}, or with quarantine or reject instead of none.`;
    case 'repeated-tag':
      return `At ${where}, keep one ${repeated(problem.tag)}= in the TXT record and remove the rest.`;
    case 'bad-policy':
      return `At ${where}, change ${problem.tag}= in the TXT record to ${problem.tag}=none, or to quarantine or reject.`;
  }
}

function policySentences(
  { name, tag, policy, published, isInherited }: PolicyFinding,
  domain: string,
): string[] {
  const place = isInherited
    ? `${domain} has no DMARC record of its own, so the one at ${name} applies`
    : `The record at ${name} applies`;
  const asks = `${place}: it asks receivers to ${POLICIES[published]} (${tag}=${published}).`;
  return [
    asks,
    ...(tag === 'np'
      ? [
          `np= is for domains that don’t exist in the DNS, and ${domain} doesn’t until its records are published.`,
        ]
      : []),
    ...(policy === published
      ? []
      : [`t=y marks this as a test: for now, receivers should ${POLICIES[policy]}, one step milder.`]),
  ];
}

function remarkSentences(remarks: readonly DmarcRemark[]): string[] {
  const historic = remarks
    .filter((remark) => remark === 'pct' || remark === 'rf' || remark === 'ri')
    .map((tag) => `${tag}=`);
  const sentences = [];
  if (remarks.includes('no-p'))
    sentences.push('The record has no p=, which counts as p=none. Add p=none to make that clear.');
  if (historic.length > 0) {
    const are = historic.length > 1 ? 'are' : 'is';
    sentences.push(
      `${list(historic)} ${are} no longer part of DMARC (RFC 9989) and can be removed. New receivers ignore ${historic.length > 1 ? 'them' : 'it'}.`,
    );
  }
  if (remarks.includes('public-suffix')) {
    sentences.push(
      'psd=y says that other people register their own domains under this one. Unless that is true, remove it.',
    );
  }
  return sentences;
}
