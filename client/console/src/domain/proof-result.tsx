import type { Proof, SignatureProof } from '@letterhead/shared';
import { DomainName } from '../components/domain-name.tsx';

/** What the signatures of a mail prove: the answer first, then each signature. */
export function ProofResult({ proof: { from, proved, summary, signatures } }: { proof: Proof }) {
  const isUncertain = signatures.some(({ ours, reason }) => ours && UNCERTAIN.has(reason));
  return (
    <div class="proof">
      <p class="status-line" data-tone={isUncertain ? 'warning' : proved ? 'ok' : 'error'}>
        {summary}
      </p>
      <ul class="proof">
        {signatures.map((signature, at) => (
          <li key={`${at} ${signature.domain}`} class="preview">
            <Signature signature={signature} from={from} />
            {signature.detail !== summary && <p class="hint">{signature.detail}</p>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What may be different for another receiver, or at another time. */
const UNCERTAIN = new Set<SignatureProof['reason']>(['test_mode', 'dns_failed']);

function Signature({ signature, from }: { signature: SignatureProof; from: readonly string[] }) {
  const { domain, selector, verifies, aligned, ours } = signature;
  return (
    <dl class="facts">
      <dt>Signed by</dt>
      <dd>
        <DomainName name={domain} />
        {ours && <span class="tag">this key</span>}
      </dd>
      <dt>Selector</dt>
      <dd>
        <code>{selector}</code>
      </dd>
      <dt>Signature</dt>
      <dd>{verifies === null ? 'Not known' : verifies ? 'Verifies' : 'Doesn’t verify'}</dd>
      <dt>Matches From</dt>
      <dd>
        {aligned ? 'Yes' : 'No'}
        {from.length > 0 && `: From is ${from.join(', ')}`}
      </dd>
    </dl>
  );
}
