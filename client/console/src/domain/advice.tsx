import type { Advice } from '@letterhead/shared';
import { SeverityIcon } from '../parts/status-badge.tsx';
import { Instruction } from './instruction.tsx';

/** What else would help the mail arrive. None of it is needed here. */
export function AdviceList({
  advice,
  asTyped,
}: {
  advice: readonly Advice[];
  asTyped: (value: string) => string;
}) {
  if (advice.length === 0) return null;
  return (
    <section class="advice" aria-labelledby="advice-title">
      <h2 id="advice-title">Also good to know</h2>
      <p class="hint">None of this is needed to send from here; it helps mail to arrive.</p>
      {advice.map(({ code, severity, title, detail, fix }) => (
        <details key={code}>
          <summary>
            <SeverityIcon severity={severity} />
            {title}
          </summary>
          <p>{detail}</p>
          {fix !== null && <Instruction sentence={fix} asTyped={asTyped} />}
        </details>
      ))}
    </section>
  );
}
