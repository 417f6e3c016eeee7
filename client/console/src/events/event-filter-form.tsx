import { EVENT_KIND_NAMES, EVENT_KINDS, type EventFilter } from './event-filter.ts';

interface EventFilterFormProps {
  readonly filter: EventFilter;
  readonly onChange: (filter: EventFilter) => void;
}

/** What the events are narrowed by: a kind, a domain and a time. */
export function EventFilterForm({ filter, onChange }: EventFilterFormProps) {
  const text = (name: 'domain' | 'from' | 'to') => ({
    value: filter[name],
    onInput: (event: InputEvent & { readonly currentTarget: HTMLInputElement }) =>
      onChange({ ...filter, [name]: event.currentTarget.value }),
  });
  return (
    <search class="event-filter">
      <label>
        Kind
        <select
          value={filter.kind ?? ''}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            onChange({ ...filter, kind: EVENT_KIND_NAMES.find((name) => name === chosen) ?? null });
          }}
        >
          <option value="">All</option>
          {EVENT_KIND_NAMES.map((name) => (
            <option key={name} value={name}>
              {EVENT_KINDS[name]}
            </option>
          ))}
        </select>
      </label>
      <label class="wide">
        Domain
        <input type="search" placeholder="Any" spellcheck={false} autocomplete="off" {...text('domain')} />
      </label>
      <label>
        From
        <input type="date" {...text('from')} />
      </label>
      <label>
        To
        <input type="date" {...text('to')} />
      </label>
    </search>
  );
}
