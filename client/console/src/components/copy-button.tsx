import { Check, Copy } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { copyText } from './copy-text.ts';

const SHOWN_MS = 2_000;

type Outcome = 'none' | 'copied' | 'failed';

const WORDS: Record<Outcome, string> = { none: 'Copy', copied: 'Copied', failed: 'Not copied' };

interface CopyButtonProps {
  readonly text: string;
  /** Completes the name for those who don't see what stands beside the button: “Copy the host”. */
  readonly what: string;
  readonly onCopied?: () => void;
}

/** Copies a text to the clipboard, and says whether that worked. */
export function CopyButton({ text, what, onCopied }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome>('none');
  useEffect(() => {
    if (outcome === 'none') return;
    const timer = setTimeout(() => setOutcome('none'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    const isCopied = await copyText(text);
    setOutcome(isCopied ? 'copied' : 'failed');
    if (isCopied) onCopied?.();
  };
  return (
    <button type="button" class="button copy" data-outcome={outcome} onClick={copy}>
      {outcome === 'copied' ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      {/* What came of it is read out; that the button says “Copy” again is not. */}
      <span aria-live={outcome === 'none' ? 'off' : 'polite'}>{WORDS[outcome]}</span>
      <span class="visually-hidden"> {what}</span>
    </button>
  );
}
