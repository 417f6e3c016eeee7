import type { Sender } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';

interface SenderHeaderProps {
  readonly name: string;
  /** Its own picture; null for none. */
  readonly logo: ComponentChildren;
}

/** Who asks for the records: the logo and the name of an account. */
export function SenderHeader({ name, logo }: SenderHeaderProps) {
  return (
    <span class="sender">
      {logo}
      <bdi>{name}</bdi>
    </span>
  );
}

/** The logo of an account, which the name beside it stands for. */
export function Logo({ logo }: Pick<Sender, 'logo'>) {
  return logo === null ? null : <img class="logo" src={logo} alt="" />;
}
