import type { Advice } from '@letterhead/shared';
import { SeverityIcon } from '../components/status-badge.tsx';
import { Instruction } from './instruction.tsx';
import type { AsTyped } from './provider.ts';

/** What else would help the mail arrive. None of it is needed here. */
export function AdviceList({ advice, asTyped }: { advice: readonly Advice[]; asTyped: AsTyped }) {
  if (advice.length === 0) return null;
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
