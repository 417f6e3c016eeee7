/** The product's name with its mark. */
export function Wordmark() {
  return (
    <span class="wordmark">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" />
        <path d="M8 8h16M8 13h16" />
        <path d="m9 21 4.5 4.5L23 18" />
      </svg>
      Letterhead
    </span>
  );
}
