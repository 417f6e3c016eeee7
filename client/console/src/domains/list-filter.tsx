import { Search } from 'lucide-preact';
import { NEEDS_ATTENTION, STATUS_NAMES, STATUSES } from '../components/status-badge.tsx';
import type { Filter, StateFilter } from './list-items.ts';

interface ListFilterProps {
  readonly filter: Filter;
  readonly counts: Record<StateFilter, number>;
  /** Undefined while they are read. */
  readonly total: number | undefined;
  readonly onChange: (filter: Filter) => void;
}

const STATES: readonly (readonly [StateFilter, string])[] = [
  ['attention', NEEDS_ATTENTION],
  ...STATUS_NAMES.map((status) => [status, STATUSES[status].word] as const),
];

/** What the list is narrowed by: a part of the name, and a state. */
export function ListFilter({ filter, counts, total, onChange }: ListFilterProps) {
  return (
    <search class="list-filter" aria-busy={total === undefined}>
      <label class="search">
        <span class="visually-hidden">Search by name</span>
        <Search aria-hidden="true" />
        <input
          type="search"
          placeholder="Search by name"
          spellcheck={false}
          autocomplete="off"
          value={filter.search}
          onInput={(event) => onChange({ ...filter, search: event.currentTarget.value })}
        />
      </label>
      <fieldset class="choices">
        <legend class="visually-hidden">State</legend>
        <Choice
          label="All"
          count={total}
          checked={filter.state === null}
          onChoose={() => onChange({ ...filter, state: null })}
        />
        {STATES.map(([state, label]) => (
          <Choice
            key={state}
            label={label}
            count={total === undefined ? undefined : counts[state]}
            checked={filter.state === state}
            onChoose={() => onChange({ ...filter, state })}
          />
        ))}
      </fieldset>
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly count: number | undefined;
  readonly checked: boolean;
  readonly onChoose: () => void;
}

function Choice({ label, count, checked, onChoose }: ChoiceProps) {
  return (
    <label>
      <input type="radio" name="state" checked={checked} onChange={onChoose} />
      <span>
        {label} <span class="count">{count ?? ''}</span>
      </span>
    </label>
  );
}
