import { version } from '../../package.json';

/** What runs here, and where it is described. */
export function About() {
  return (
    <section aria-labelledby="about-title">
      <h2 id="about-title">About</h2>
      <dl class="facts">
        <dt>Version</dt>
        <dd>Letterhead {version}</dd>
        <dt>API</dt>
        <dd>
          <a href="/reference">Reference</a> · <a href="/openapi.json">OpenAPI document</a>
        </dd>
      </dl>
    </section>
  );
}
