import type { DnsRecord, NameServerObservation, RecordDiagnosis } from '@letterhead/shared';
import { Time } from '../components/time.tsx';
import { ClearsAt } from './record-problem.tsx';

const PURPOSES: Record<DnsRecord['label'], string> = {
  DKIM: 'Lets mail providers verify that your mail really comes from you.',
  'Return-Path': 'Where undeliverable mail is returned.',
};

interface EvidenceProps {
  readonly label: DnsRecord['label'];
  /** As typed. */
  readonly value: string;
  /** Undefined until it is read. */
  readonly diagnosis: RecordDiagnosis | undefined;
  /** Whether a panel says already what is the matter. */
  readonly isExplained: boolean;
}

/** What a record is for, and what the last check saw of it, for whoever has to be convinced. */
export function Evidence({ label, value, diagnosis, isExplained }: EvidenceProps) {
  return (
    <div class="evidence">
      <p>{PURPOSES[label]}</p>
      <dl class="difference">
        <dt>Whole value</dt>
        <dd>
          <code class="value">{value}</code>
        </dd>
      </dl>
      {diagnosis !== undefined && diagnosis.observed_at !== null && (
        <LastCheck diagnosis={diagnosis} at={diagnosis.observed_at} isExplained={isExplained} />
      )}
    </div>
  );
}

interface LastCheckProps {
  readonly diagnosis: RecordDiagnosis;
  readonly at: Date;
  readonly isExplained: boolean;
}

function LastCheck({ diagnosis, at, isExplained }: LastCheckProps) {
  const { title, detail, nameservers, clears_at, source, transient } = diagnosis;
  return (
    <>
      {!isExplained && (
        <p>
          <strong>{title}.</strong> {detail}
        </p>
      )}
      {nameservers.length > 0 && <Servers servers={nameservers} />}
      {clears_at !== null && !isExplained && <ClearsAt at={clears_at} />}
      <p class="hint">
        {source === 'resolver'
          ? 'From a DNS resolver, because your name servers didn’t answer'
          : 'Asked your name servers directly'}
        , <Time at={at} />.{transient && ' No clear answer this time, so nothing changes.'}
      </p>
    </>
  );
}

function Servers({ servers }: { servers: readonly NameServerObservation[] }) {
  return (
    <table class="servers">
      <caption>Name servers asked</caption>
      <thead>
        <tr>
          <th scope="col">Name server</th>
          <th scope="col">Answer</th>
          <th scope="col">Time</th>
        </tr>
      </thead>
      <tbody>
        {servers.map((server) => (
          <tr key={`${server.name} ${server.address}`}>
            <th scope="row">
              {server.name}
              <small>{server.address}</small>
            </th>
            <td>{answerOf(server)}</td>
            <td>{Math.round(server.ms)} ms</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const OUTCOMES: Record<string, string> = {
  absent: 'There is no such record',
  timeout: 'No answer in time',
  unreachable: 'Can’t be reached',
  servfail: 'Server error (SERVFAIL)',
  bogus: 'An answer that fails DNSSEC',
  refused: 'Refused to answer',
  lame: 'Not responsible for this domain',
  malformed: 'Not a valid DNS reply',
  budget: 'Not asked: this check reached its limit of DNS questions',
  'not-asked': 'Not asked',
};

function answerOf({ outcome, values }: NameServerObservation) {
  if (outcome !== 'present') return OUTCOMES[outcome] ?? outcome;
  return values.map((value) => (
    <code key={value} class="value clipped" title={value}>
      {value}
    </code>
  ));
}
