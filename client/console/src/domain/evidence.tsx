import type { NameServerObservation, RecordDiagnosis } from '@letterhead/shared';
import { Time } from '../components/time.tsx';
import { Difference, Surplus } from './difference.tsx';
import { type AsTyped, Instruction } from './instruction.tsx';

interface EvidenceProps {
  readonly diagnosis: RecordDiagnosis;
  readonly asTyped: AsTyped;
  readonly isSummarized: boolean;
}

/** What the last check saw of a record, for whoever has to be convinced. Folded away until asked for. */
export function Evidence({ diagnosis, asTyped, isSummarized }: EvidenceProps) {
  const { observed_at, severity, title, detail, fix, nameservers, clears_at } = diagnosis;
  if (observed_at === null) return null;
  return (
    <details class="evidence">
      <summary>What the check saw</summary>
      {severity !== 'ok' && !isSummarized && (
        <p>
          <strong>{title}.</strong> {detail}
        </p>
      )}
      {severity !== 'ok' && <Differences diagnosis={diagnosis} />}
      {fix !== null && !isSummarized && <Instruction toDo={diagnosis} asTyped={asTyped} />}
      {nameservers.length > 0 && <Servers servers={nameservers} />}
      {clears_at !== null && !isSummarized && (
        <p>
          Resolvers that were asked too early forget their old answer <Time at={clears_at} />.
        </p>
      )}
      <p class="hint">
        {diagnosis.source === 'resolver' ? 'As the resolver told it' : 'Asked first-hand'},{' '}
        <Time at={observed_at} />.
        {diagnosis.transient && ' Nothing definitive was heard: what was known before still holds.'}
      </p>
    </details>
  );
}

/** What differs: the host of a record that is elsewhere, and each value that is not the one to type, or is beside it. */
function Differences({ diagnosis }: { diagnosis: RecordDiagnosis }) {
  const { fqdn, found, found_at, expected } = diagnosis;
  return (
    <>
      {found_at !== null && <Difference what="host" found={found_at} expected={fqdn} />}
      {found
        .filter((value) => value !== expected)
        .map((value) =>
          found.includes(expected) ? (
            <Surplus key={value} value={value} />
          ) : (
            <Difference key={value} what="value" found={value} expected={expected} />
          ),
        )}
    </>
  );
}

function Servers({ servers }: { servers: readonly NameServerObservation[] }) {
  return (
    <table class="servers">
      <caption>Which name server said so</caption>
      <thead>
        <tr>
          <th scope="col">Name server</th>
          <th scope="col">Answer</th>
          <th scope="col">Took</th>
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
  servfail: 'A failure of its own (SERVFAIL)',
  bogus: 'An answer that fails DNSSEC',
  refused: 'Refused to answer',
  lame: 'Not responsible for this domain',
  malformed: 'Something that is no DNS answer',
  budget: 'Not asked any more: the check’s budget was used up',
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
