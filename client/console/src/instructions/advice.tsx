import type { Advice } from '@letterhead/shared';
import { SeverityIcon } from '../components/status-badge.tsx';
import { Instruction } from './instruction.tsx';
import type { AsTyped } from './provider.ts';

/** Whether it is to be done at once, and not a hint. */
export function isUrgent({ code }: Advice): boolean {
  return code === 'REVOKED_KEY';
}

/** What else there is to do: at once about a key that was revoked, and then what would help the mail arrive. */
export function AdviceList({ advice, asTyped }: { advice: readonly Advice[]; asTyped: AsTyped }) {
  const urgent = advice.filter(isUrgent);
  const optional = advice.filter((one) => !isUrgent(one));
  return (
    <>
      {urgent.map((one) => (
        <section key={one.fix} class="verdict" data-tone={one.severity} data-code={one.code}>
          <h3>
            <SeverityIcon severity={one.severity} />
            {one.title}
          </h3>
          <p>{one.detail}</p>
          <Instruction toDo={one} asTyped={asTyped} />
        </section>
      ))}
      {optional.length > 0 && <Optional advice={optional} asTyped={asTyped} />}
    </>
  );
}

/** None of it is needed here. */
function Optional({ advice, asTyped }: { advice: readonly Advice[]; asTyped: AsTyped }) {
  return (
    <section class="advice" aria-labelledby="advice-title">
      <h2 id="advice-title">Also good to know</h2>
      <p class="hint">Optional: not needed for sending, but it helps your mail reach the inbox.</p>
      {advice.map((one) => (
        <details key={one.code}>
          <summary>
            <SeverityIcon severity={one.severity} />
            {one.title}
          </summary>
          <p>{one.detail}</p>
          {one.fix !== null && <Instruction toDo={one} asTyped={asTyped} />}
        </details>
      ))}
    </section>
  );
}
