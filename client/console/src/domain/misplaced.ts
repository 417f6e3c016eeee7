import type { RecordDiagnosis } from '@letterhead/shared';

/** The host name that our record was found at where that is not its own; null for anything else that was found. */
export function misplacedAt({ code, detail, fqdn }: RecordDiagnosis): string | null {
  if (code !== 'HOST_DOUBLED' && code !== 'WRONG_HOST') return null;
  // The sentence names two hosts: where the record should be, and where it is.
  const names = detail.match(/[\w-]+(?:\.[\w-]+)+/g) ?? [];
  return names.find((name) => name !== fqdn) ?? null;
}
