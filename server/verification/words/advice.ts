import { type Advice, fixSentence, type Severity } from '@letterhead/shared';
import type { AdviceFinding, AdvicePlace } from '../advice/advice-finding.ts';
import { describeDmarc } from './dmarc-advice.ts';
import { describeSpf } from './spf-advice.ts';
import type { WordsBesideAction } from './subject.ts';

const SEVERITIES: Record<Advice['code'], Severity> = {
  REVOKED_KEY: 'error',
  SPF_MISSING: 'info',
  SPF_MULTIPLE: 'warning',
  SPF_INVALID: 'warning',
  SPF_TOO_MANY_LOOKUPS: 'warning',
  SPF_VOID_LOOKUPS: 'warning',
  SPF_PASS_ALL: 'info',
  SPF_NOT_COUNTED: 'info',
  SPF_OK: 'ok',
  DMARC_MISSING: 'info',
  DMARC_MULTIPLE: 'warning',
  DMARC_INVALID: 'warning',
  DMARC_POLICY: 'ok',
  MX_MISSING: 'warning',
};

/** Puts a piece of advice into words, in English. */
export function describeAdvice(finding: AdviceFinding, place: AdvicePlace): Advice {
  const { code, action } = finding;
  const { title, detail, fix = null } = wordsOf(finding, place);
  return {
    code,
    severity: SEVERITIES[code],
    title,
    detail,
    fix: action === null ? fix : fixSentence({ code, action }),
    action,
  };
}

function wordsOf(finding: AdviceFinding, place: AdvicePlace): WordsBesideAction {
  switch (finding.code) {
    case 'REVOKED_KEY':
      return describeRevokedKey(finding, place);
    case 'MX_MISSING':
      return describeMx(finding, place);
    case 'DMARC_MISSING':
    case 'DMARC_MULTIPLE':
    case 'DMARC_INVALID':
    case 'DMARC_POLICY':
      return describeDmarc(finding, place.domain);
    default:
      return describeSpf(finding, place);
  }
}

type RevokedKeyFinding = Extract<AdviceFinding, { readonly code: 'REVOKED_KEY' }>;

function describeRevokedKey(
  { host }: RevokedKeyFinding,
  { domain, registrable }: AdvicePlace,
): WordsBesideAction {
  return {
    title: 'Remove the record of the revoked key',
    detail: `Whoever has the private key can sign mail in the name of ${domain} for as long as this record is in the DNS. This goes away once a check finds the record gone.`,
    fix: `In the DNS settings of ${registrable}, delete the TXT record at the host “${host}” now.`,
  };
}

type MxFinding = Extract<AdviceFinding, { readonly code: 'MX_MISSING' }>;

function describeMx({ isNullMx, alias }: MxFinding, { domain }: AdvicePlace): WordsBesideAction {
  const leads = alias === null ? '' : ` is a CNAME record that points to ${alias}, and`;
  return {
    title: 'No mail server for replies',
    detail: isNullMx
      ? `${domain}${leads} says that it accepts no mail (a null MX, RFC 7505), so replies to its addresses are rejected.`
      : `${domain}${leads} has no MX record, so replies to its addresses are probably lost.`,
    fix:
      alias === null
        ? `To receive replies at ${domain}, add an MX record that points to your mail server.`
        : `To receive replies at ${domain}, ask whoever runs ${alias} to add an MX record there: a DNS form takes none beside the CNAME record.`,
  };
}
