import { useEffect, useRef } from 'preact/hooks';
import { CopyButton } from './copy-button.tsx';

interface SecretProps {
  /** Shown this once. */
  readonly text: string;
  /** Completes the copy button's name: “Copy the token”. */
  readonly what: string;
  readonly hint: string;
  readonly onCopied: () => void;
}

/** A secret to copy now. It takes the focus, because the button that created it is gone; so it is also read out. */
export function Secret({ text, what, hint, onCopied }: SecretProps) {
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => shown.current?.focus(), []);
  return (
    <div class="secret-shown" ref={shown} tabIndex={-1}>
      <p>{hint}</p>
      <p class="secret">
        <code class="value">{text}</code>
        <CopyButton text={text} what={what} onCopied={onCopied} />
      </p>
    </div>
  );
}
