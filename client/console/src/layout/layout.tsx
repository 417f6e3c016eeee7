import { ChevronsUpDown } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { useLiveEvents } from '../api/live-events.ts';
import { Announcer } from '../components/announcer.tsx';
import { useIdentity, useMay } from '../session/identity.ts';
import { ChooseAccount } from './choose-account.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { SignOut } from './sign-out.tsx';
import { Wordmark } from './wordmark.tsx';

/** Header, navigation and footer around every page of an account. */
export function Layout({ children }: { children: ComponentChildren }) {
  const { account } = useIdentity();
  const { liveness, reconnect } = useLiveEvents(account.id);
  const [choosing, setChoosing] = useState(false);
  const home = `/accounts/${account.id}`;
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="site-header">
        <Link href={`${home}/domains`} class="home">
          <Wordmark />
        </Link>
        <nav aria-label="Main">
          <NavLink href={`${home}/domains`}>Domains</NavLink>
          <NavLink href={`${home}/tokens`}>Tokens</NavLink>
          <NavLink href={`${home}/events`}>Events</NavLink>
          <NavLink href={`${home}/settings`}>Settings</NavLink>
        </nav>
        <div class="who">
          {useMay('admin') ? (
            <AccountButton name={account.name} onClick={() => setChoosing(true)} />
          ) : (
            <AccountName name={account.name} />
          )}
          <SignOut />
        </div>
      </header>
      {children}
      <footer class="site-footer">
        <a href="/reference">API reference</a>
      </footer>
      <ConnectionNotice liveness={liveness} onRetry={reconnect} />
      <Announcer />
      {choosing && <ChooseAccount onClose={() => setChoosing(false)} />}
    </>
  );
}

function NavLink({ href, children }: { href: string; children: ComponentChildren }) {
  const [path] = useLocation();
  return (
    <Link href={href} aria-current={path.startsWith(href) ? 'page' : undefined}>
      {children}
    </Link>
  );
}

function AccountButton({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <button type="button" class="button account-choice" onClick={onClick}>
      <span class="visually-hidden">Account: </span>
      <AccountName name={name} />
      <ChevronsUpDown aria-hidden="true" />
    </button>
  );
}

/** In one line; what has no room is in its title. */
function AccountName({ name }: { name: string }) {
  return (
    <bdi class="account-name" title={name}>
      {name}
    </bdi>
  );
}
