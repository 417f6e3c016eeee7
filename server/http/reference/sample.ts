import type { Html } from './html.ts';
import { html } from './html.ts';

/** Text to be copied, in a box that scrolls by keyboard too. */
export function sample(label: string, text: string): Html {
  return html`<pre role="group" aria-label="${label}" tabindex="0"><code>${text}</code></pre>`;
}
