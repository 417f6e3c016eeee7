/** Stands in a page's place while it is loaded; says so where that takes a while. */
export function LoadingPage() {
  return (
    <main class="page" aria-busy="true">
      <p class="loading">Loading…</p>
    </main>
  );
}
