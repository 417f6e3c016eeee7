import { UsageError } from './exit-code.ts';
import type { Terminal } from './output.ts';

/**
 * Asks a yes-or-no question. Throws `UsageError` with `declined` unless the answer is yes. Without a terminal nobody can
 * answer, so a script is not asked.
 */
export async function confirm({ prompt }: Terminal, question: string, declined: string): Promise<void> {
  if (prompt === null) return;
  const answer = await prompt(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError(declined);
}

/** Removes something. If that is refused with `last_admin`, asks and then removes it all the same; never in a script. */
export async function confirmLastAdmin(
  terminal: Terminal,
  remove: (options: { confirmed: boolean }) => Promise<unknown>,
  declined: string,
): Promise<void> {
  try {
    await remove({ confirmed: false });
  } catch (error) {
    const { isLetterheadError } = await import('@letterhead/client');
    if (terminal.prompt === null || !isLetterheadError(error) || error.data?.code !== 'last_admin')
      throw error;
    const warning =
      'Nobody could administer this installation any more: no other valid token has the scope admin.';
    await confirm(terminal, `${warning}\nGo on?`, declined);
    await remove({ confirmed: true });
  }
}
