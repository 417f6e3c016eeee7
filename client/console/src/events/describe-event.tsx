import type { Actor, Event } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';
import { DomainName } from '../components/domain-name.tsx';
import { exactTime } from '../components/time.tsx';

/** Describes an event in one sentence. Omits the domain's name among the events of that domain. */
export function describeEvent(
  { type, domain, changes }: Event,
  among: 'all' | 'its domain' = 'all',
): ComponentChildren {
  const name = <DomainName name={domain?.name ?? ''} />;
  const record = (
    <>
      The {text(changes['record'], 'DNS')} record{among === 'all' && <> of {name}</>}
    </>
  );
  const isDelegated = changes['published_as'] === 'cname';
  const selector = <code>{text(changes['selector'])}</code>;
  switch (type) {
    case 'account.created':
      return `The account ${text(changes['name'])} was created.`;
    case 'account.renamed':
      return `The account was renamed to ${text(toOf(changes['name']))}.`;
    case 'account.updated':
      return `${Object.keys(changes).map(profileField).join(' and ')} of the account changed.`;
    case 'account.suspended':
      return 'The account was suspended.';
    case 'account.resumed':
      return 'The account was resumed.';
    case 'account.deleted':
      return `The account ${text(changes['name'])} was deleted.`;
    case 'token.created':
      if (domain !== null) return <>A share link for {name} was created.</>;
      return `The token “${text(changes['name'])}” was created.`;
    case 'share.created':
      return <>A share link for {name} was created.</>;
    case 'token.revoked':
      if (domain !== null) return <>A share link for {name} was revoked.</>;
      return `The token “${text(changes['name'])}” was revoked.`;
    case 'share.revoked':
      return <>A share link for {name} was revoked.</>;
    case 'webhook.created':
      return `A webhook for ${text(changes['host'])} was added.`;
    case 'webhook.updated':
      return `The webhook for ${text(changes['host'])} was changed.`;
    case 'webhook.disabled':
      return `The webhook for ${text(changes['host'])} was disabled${whyDisabled(changes['reason'])}.`;
    case 'webhook.deleted':
      return `The webhook for ${text(changes['host'])} was deleted.`;
    case 'key.created':
      return <>A new key was made for {name}.</>;
    case 'key.activated':
      return <>The record of the new key of {name} was found: mail is signed with it from now on.</>;
    case 'key.retired':
      return (
        <>
          The key {selector} of {name} has gone.{isDelegated ? '' : ' Its record can be removed.'}
        </>
      );
    case 'key.revoked':
      return (
        <>
          The key {selector} of {name} was revoked.
          {isDelegated ? '' : ' Its record has to be removed at once.'}
        </>
      );
    case 'key.imported':
      return <>{name} was added with a key that it had before.</>;
    case 'key.delivered':
      return <>A mail server fetched the private key of {name}. Each token’s first time of a day is told.</>;
    case 'key.mismatch':
      return <>The private key that is stored for {name} does not belong to its published key.</>;
    case 'delegation.changed':
      return changes['delegated'] === true ? (
        <>The keys of {name} are to be published through two CNAME records.</>
      ) : (
        <>The keys of {name} are to be published by a TXT record.</>
      );
    case 'zone.drift':
      return (
        <>
          Letterhead’s own zone had something else at names of {name} than it was to have. It was put right.
        </>
      );
    case 'domain.created':
      return <>{name} was added.</>;
    case 'domain.renamed':
      return (
        <>
          <DomainName name={text(fromOf(changes['domain']))} /> was renamed to {name}, with a new key.
        </>
      );
    case 'domain.verified':
      return <>{record} was verified.</>;
    case 'domain.degraded':
      return (
        <>
          {record} failed a check{why(changes)}. {deadlines(changes)}
        </>
      );
    case 'domain.unreachable':
      return (
        <>
          {record} couldn’t be checked for 24 hours{why(changes)}. It stays verified.
        </>
      );
    case 'domain.recovered':
      return <>{record} is back in order.</>;
    case 'domain.lost':
      return (
        <>
          {record} is no longer verified{why(changes)}.
        </>
      );
    case 'domain.deleted':
      return <>{name} was deleted.</>;
  }
}

function whyDisabled(reason: unknown): string {
  if (reason === 'gone') return ': it answered 410 Gone';
  return reason === 'failed' ? ': every attempt failed' : '';
}

/** `Display name` of display_name, for the beginning of a sentence or after “and”. */
function profileField(field: string, at: number): string {
  const words =
    field === 'notify' ? 'addresses for notices' : field.replace('_', ' ').replace('email', 'e-mail');
  return at === 0 ? `The ${words}` : words;
}

/** Describes who caused the event. `tokenNames` holds the known names by token id. */
export function describeActor(actor: Actor, tokenNames: ReadonlyMap<number, string>): string {
  switch (actor.kind) {
    case 'monitor':
      return 'Automatic check';
    case 'cli':
      return 'On the server';
    case 'token': {
      const name = actor.token_id === null ? undefined : tokenNames.get(actor.token_id);
      const who = name === undefined ? `Token ${actor.token_id ?? ''}` : `Token “${name}”`;
      return actor.address === null ? who : `${who}, from ${actor.address}`;
    }
  }
}

/** Until when the record counts as verified, and mail still verifies. */
function deadlines({ verified_until, cached_until }: Event['changes']): string {
  if (verified_until === undefined) return 'It is checked again before the status changes.';
  const stays = `It stays verified until it is checked again, at ${exactTime(new Date(verified_until))}.`;
  if (cached_until === undefined) return stays;
  return `${stays} Receivers that remember the right record forget it by ${exactTime(new Date(cached_until))}.`;
}

/** ` (host doubled)` of the code HOST_DOUBLED. */
function why(changes: Event['changes']): string {
  const code = text(changes['code']);
  return code === '' ? '' : ` (${code.toLowerCase().replaceAll('_', ' ')})`;
}

type Json = Event['changes'][string];

function fromOf(change: Json | undefined): Json | undefined {
  return side(change, 'from');
}

function toOf(change: Json | undefined): Json | undefined {
  return side(change, 'to');
}

function side(change: Json | undefined, which: 'from' | 'to'): Json | undefined {
  return typeof change === 'object' && change !== null && !Array.isArray(change) ? change[which] : undefined;
}

function text(value: Json | undefined, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}
