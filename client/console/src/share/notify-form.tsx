import type { Letterhead } from '@letterhead/client';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'preact/hooks';
import { toApiError } from '../api/api-error.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { Failure } from '../components/failure.tsx';
import { Field } from '../components/field.tsx';

/** Lets whoever has the link be told by mail once the domain is verified. */
export function NotifyForm({ letterhead }: { letterhead: Letterhead }) {
  const [address, setAddress] = useState('');
  const ask = useMutation({
    mutationFn: () => letterhead.share.notify.mutate({ address }),
  });
  const answer = useRef<HTMLParagraphElement>(null);
  // The form that had the focus is gone; what has it is also read out.
  useEffect(() => answer.current?.focus(), [ask.data]);
  if (ask.data !== undefined)
    return (
      <p ref={answer} tabIndex={-1}>
        A mail is on its way to {ask.data.address}. Open the link in it within a day, and you are told once
        the domain is verified.
      </p>
    );
  const { errors } = toApiError(ask.error);
  const hasOther = ask.error !== null && errors['address'] === undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate();
      }}
    >
      <Field
        label="Tell me when it’s done"
        hint="You get a mail to confirm this address, and one once the domain is verified."
        fieldError={errors['address']?.join(' ') ?? null}
      >
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            inputMode="email"
            autocomplete="email"
            placeholder="you@example.org"
            value={address}
            onInput={(event) => setAddress(event.currentTarget.value)}
          />
        )}
      </Field>
      {hasOther && <Failure error={ask.error} />}
      <BusyButton type="submit" class="button" isBusy={ask.isPending}>
        {ask.isPending ? 'Sending…' : 'Tell me'}
      </BusyButton>
    </form>
  );
}
