import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageProps {
  /** The tab's title, and what a screen reader says on arrival. */
  readonly title: string;
  /** The way back to the page above. */
  readonly back?: ComponentChildren;
  readonly heading: ComponentChildren;
  /** What stands beside the heading. */
  readonly actions?: ComponentChildren;
  /** Where the page is scrolled to on arrival, in pixels. */
  readonly scroll?: number;
  readonly children: ComponentChildren;
}

/** A page with its heading, which gets the focus on arrival as on a page that was loaded. */
export function Page({ title, back, heading, actions, scroll = 0, children }: PageProps) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Letterhead`;
  }, [title]);
  useEffect(() => {
    top.current?.focus({ preventScroll: true });
    scrollTo(0, scroll);
  }, []);
  return (
    <main id="content" class="page">
      {back}
      <header class="page-head">
        <h1 ref={top} tabIndex={-1}>
          {heading}
        </h1>
        {actions}
      </header>
      {children}
    </main>
  );
}
