import { CODE_MEANINGS, DIAGNOSES, DIAGNOSIS_CODES } from '@letterhead/shared';
import type { Html } from './html.ts';
import { html, prose, table } from './html.ts';

/** The codes of a diagnosis, in their order of precedence, with what each means and an example of its fix. */
export function diagnosisCodesSection(): Html {
  const rows = DIAGNOSIS_CODES.map((code) => {
    const { meaning, fix } = CODE_MEANINGS[code];
    return [
      html`<code id="code-${code}">${code}</code>`,
      DIAGNOSES[code].severity,
      html`<div class="prose">${meaning}</div>`,
      html`<div class="prose">${fix ?? 'Nothing has to be done.'}</div>`,
    ];
  });
  return html`<section aria-labelledby="diagnosis-codes">
<h2 id="diagnosis-codes">Diagnosis codes</h2>
<p>${prose('What a check found of a record is a `code`; the first one that applies is given. `RECORD_MISSING` is `info` while a record that was never found may still come, and `warning` for a Return-Path record.')}</p>
${table('Diagnosis codes', ['Code', 'Severity', 'Meaning', 'Example of a fix'], rows)}
</section>
`;
}
