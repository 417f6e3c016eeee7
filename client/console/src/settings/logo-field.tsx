import { LOGO_MAX_BYTES } from '@letterhead/shared/rules';
import { Trash2, Upload } from 'lucide-preact';
import { useId, useState } from 'preact/hooks';
import { type ChosenLogo, readLogoFile } from './logo-file.tsx';

interface LogoFieldProps {
  readonly hasLogo: boolean;
  /** Error message of the server; null if there is none. */
  readonly fieldError: string | null;
  /** Null: it is to be removed. */
  readonly onChange: (logo: ChosenLogo | null) => void;
}

/** Lets a PNG be chosen, or the logo be removed. */
export function LogoField({ hasLogo, fieldError, onChange }: LogoFieldProps) {
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    const logo = await readLogoFile(file);
    setProblem(typeof logo === 'string' ? logo : null);
    if (typeof logo !== 'string') onChange(logo);
  };
  return (
    <div class="field">
      <p class="label">Logo</p>
      <p id={`${id}-hint`} class="hint">
        A PNG of at most {LOGO_MAX_BYTES / 1024} KB.
      </p>
      <div class="actions">
        <label class="button file">
          <Upload aria-hidden="true" />
          {hasLogo ? 'Choose another' : 'Choose a file'}
          <span class="visually-hidden"> for the logo</span>
          <input
            type="file"
            accept="image/png"
            aria-describedby={`${id}-hint ${id}-error`}
            onChange={(event) => {
              void choose(event.currentTarget.files?.[0]);
              // The same file can be chosen again after it was changed.
              event.currentTarget.value = '';
            }}
          />
        </label>
        {hasLogo && (
          <button
            type="button"
            class="button danger-quiet"
            onClick={() => {
              setProblem(null);
              onChange(null);
            }}
          >
            <Trash2 aria-hidden="true" />
            Remove<span class="visually-hidden"> the logo</span>
          </button>
        )}
      </div>
      <p id={`${id}-error`} class="field-error" role="alert">
        {problem ?? fieldError}
      </p>
    </div>
  );
}
