import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { exactTime, Time } from '../components/time.tsx';

const NUMBER = new Intl.NumberFormat('en');
/** In the place of what is not known yet, so that nothing moves when it is. */
const PENDING = '\u00a0';

/** The key that signs the domain's mail, how old it is, and how much it has signed today. */
export function KeyPanel({ account, id }: { account: number; id: number }) {
  const { data: keys } = useQuery(api.keys.list.queryOptions({ account, id }));
  const { data: count } = useQuery(api.signing.today.queryOptions({ account, id }));
  const key = keys?.find(({ state }) => state === 'active');
  return (
    <section class="key" aria-labelledby="key-title">
      <h2 id="key-title">Key</h2>
      <dl class="facts" aria-busy={key === undefined}>
        <dt>Selector</dt>
        <dd>{key?.selector ?? PENDING}</dd>
        <dt>Kind</dt>
        <dd>{key === undefined ? PENDING : `RSA, ${key.bits} bits`}</dd>
        <dt>Made</dt>
        <dd>{key === undefined ? PENDING : <Time at={key.created_at} />}</dd>
        <dt>Signed today</dt>
        <dd title={count && `Since ${exactTime(count.since)}`}>
          {count === undefined ? PENDING : NUMBER.format(count.signed_today)}
        </dd>
      </dl>
    </section>
  );
}
