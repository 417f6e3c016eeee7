import type { Domain, Key } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { api, letterhead, queryClient } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { Failure } from '../components/failure.tsx';

/** Something to do with a key of a domain, or with where its keys are published. */
export interface KeyAct {
  readonly kind: 'rotate' | 'cancel' | 'revoke' | 'delegate' | 'publish' | 'stay';
  readonly key: Key;
}

interface Words {
  readonly title: string;
  readonly action: string;
  readonly consequences: readonly string[];
}

const WORDS: Record<KeyAct['kind'], Words> = {
  rotate: {
    title: 'Rotate the key?',
    action: 'Rotate the key',
    consequences: [
      'You get a second record to publish. Leave the one of today where it is.',
      'Signing moves to the new key once all name servers that answer have its record. Until then nothing changes.',
      'The old record has to stay for 7 days more. You’ll see here from when on you can remove it.',
    ],
  },
  cancel: {
    title: 'Cancel the rotation?',
    action: 'Cancel the rotation',
    consequences: ['The pending key is destroyed, and its record is no longer needed.'],
  },
  revoke: {
    title: 'Revoke the key?',
    action: 'Revoke the key',
    consequences: [
      'This is for a key that has leaked. It never signs again, and can’t be brought back.',
      'No mail is signed until the record of the next key is published and found.',
      'Remove the record of this key from the DNS at once: until then, whoever has the key can sign in your name.',
    ],
  },
  delegate: {
    title: 'Switch to CNAME records?',
    action: 'Switch to CNAME records',
    consequences: [
      'You get two CNAME records to publish, once. Letterhead then rotates and revokes keys without you.',
      'Nothing breaks meanwhile: mail is signed with today’s key until the new records are found.',
      'Leave today’s TXT record where it is until then, and for 7 days more. You’ll see here from when on you can remove it.',
    ],
  },
  publish: {
    title: 'Switch to a TXT record?',
    action: 'Switch to a TXT record',
    consequences: [
      'You get one TXT record to publish. From then on, each new key needs a new record from you.',
      'Nothing breaks meanwhile: mail is signed with today’s key until the new record is found.',
      'Leave both CNAME records where they are until then, and for 7 days more. You’ll see here from when on you can remove them.',
    ],
  },
  stay: {
    title: 'Cancel the switch?',
    action: 'Cancel the switch',
    consequences: [
      'Mail is signed with today’s key, as before. Leave its record where it is.',
      'The next key is destroyed, and the record for it is no longer needed.',
    ],
  },
};

/** What follows where the key is in the zone of this Letterhead, behind a CNAME record that stays. */
const CONSEQUENCES_IN_ZONE: Partial<Record<KeyAct['kind'], readonly string[]>> = {
  rotate: [
    'There is nothing to publish: both CNAME records stay as they are.',
    'Signing moves to the new key in some minutes, once no name server and no cache has anything older.',
  ],
  cancel: ['The pending key is destroyed. There is nothing to change in the DNS.'],
  revoke: [
    'This is for a key that has leaked. It never signs again, and can’t be brought back.',
    'It leaves the DNS at once. There is nothing for you to change there.',
    'No mail is signed for some minutes, until the next key can be found by everybody.',
  ],
};

/** Asks before something is done with a key, and says what follows. */
export function KeyDialog({ domain, act, onClose }: { domain: Domain; act: KeyAct; onClose: () => void }) {
  const { account_id: account, id } = domain;
  const { title, action, consequences } = WORDS[act.kind];
  const inZone = act.key.published_as === 'cname' ? CONSEQUENCES_IN_ZONE[act.kind] : undefined;
  const run = useMutation({
    mutationFn: () => perform(act, { account, id }),
    onSuccess: async () => {
      await Promise.all(
        [api.domains.get, api.domains.diagnosis, api.keys.list].map((procedure) =>
          queryClient.invalidateQueries({ queryKey: procedure.queryKey({ account, id }) }),
        ),
      );
      onClose();
    },
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <ul class="consequences">
        {(inZone ?? consequences).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {run.error !== null && <Failure error={run.error} />}
      <DialogActions
        isDangerous={act.kind === 'revoke'}
        isPending={run.isPending}
        onConfirm={() => run.mutate()}
        onCancel={onClose}
      >
        {action}
      </DialogActions>
    </Dialog>
  );
}

function perform({ kind, key }: KeyAct, target: { account: number; id: number }): Promise<unknown> {
  switch (kind) {
    case 'rotate':
      return letterhead.keys.rotate.mutate(target);
    case 'cancel':
      return letterhead.keys.remove.mutate({ ...target, key: key.id });
    case 'revoke':
      return letterhead.keys.revoke.mutate({ ...target, key: key.id });
    case 'delegate':
    case 'publish':
      return letterhead.domains.setDelegation.mutate({ ...target, delegated: kind === 'delegate' });
    case 'stay':
      // The present value cancels a change under way.
      return letterhead.domains.setDelegation.mutate({
        ...target,
        delegated: key.published_as !== 'cname',
      });
  }
}
