import type { Domain } from '@letterhead/shared';
import { MESSAGE_MAX_BYTES } from '@letterhead/shared/rules';
import { useMutation } from '@tanstack/react-query';
import { FileUp } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { BusyButton } from '../components/busy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import { Field } from '../components/field.tsx';
import { ProofResult } from './proof-result.tsx';
import { proveByMail, toSource } from './prove-by-mail.ts';

const MIB = 1024 * 1024;

/** Takes the source of a mail that arrived, and says what its signatures prove. */
export default function ProofDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const prove = useMutation({
    mutationFn: (source: Blob) => proveByMail({ account: domain.account_id, id: domain.id }, source),
  });
  const judge = (source: Blob) => {
    const isTooLarge = source.size > MESSAGE_MAX_BYTES;
    setProblem(isTooLarge ? tooLarge(source.size) : null);
    if (isTooLarge) prove.reset();
    else prove.mutate(source);
  };
  return (
    <Dialog title="Test with a mail that arrived" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          judge(toSource(text));
        }}
      >
        <p>
          Send a mail from <DomainName name={domain.domain} /> to a mailbox of yours elsewhere. Open it there
          and choose “Show original”, “View source” or “Save as”. Paste here what you see, or choose the file.
        </p>
        <Field
          label="Source of the mail"
          hint={`All of it, at most ${MESSAGE_MAX_BYTES / MIB} MiB. It is not kept.`}
          fieldError={problem}
        >
          {(attributes) => (
            <textarea
              {...attributes}
              rows={6}
              required
              autocapitalize="none"
              autocomplete="off"
              spellcheck={false}
              value={text}
              onInput={(event) => {
                setText(event.currentTarget.value);
                setProblem(null);
                prove.reset();
              }}
            />
          )}
        </Field>
        <div class="actions">
          <BusyButton type="submit" class="button primary" isBusy={prove.isPending}>
            {prove.isPending ? 'Testing…' : 'Test this mail'}
          </BusyButton>
          <SourceFile
            isDisabled={prove.isPending}
            onChoose={(file) => {
              setText('');
              judge(file);
            }}
          />
        </div>
      </form>
      {prove.error !== null && (
        <Failure error={prove.error} onRetry={() => prove.variables && prove.mutate(prove.variables)} />
      )}
      <div role="status">{prove.data !== undefined && <ProofResult proof={prove.data} />}</div>
    </Dialog>
  );
}

function SourceFile({ isDisabled, onChoose }: { isDisabled: boolean; onChoose: (file: File) => void }) {
  return (
    <label class="button file">
      <FileUp aria-hidden="true" />
      Test a file (.eml)
      <input
        type="file"
        accept=".eml,.txt,message/rfc822"
        disabled={isDisabled}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) onChoose(file);
          // The same file can be chosen again after it was changed.
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

function tooLarge(bytes: number): string {
  return `This mail has ${Math.ceil(bytes / MIB)} MiB. Take one of at most ${MESSAGE_MAX_BYTES / MIB} MiB, such as one without attachments.`;
}
