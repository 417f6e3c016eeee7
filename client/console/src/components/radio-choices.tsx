interface RadioChoicesProps<Value> {
  /** The same for no other choice of the page. */
  readonly name: string;
  readonly choices: readonly { readonly value: Value; readonly word: string }[];
  /** Null: none yet. */
  readonly chosen: Value | null;
  readonly onChoose: (value: Value) => void;
}

/** Radio buttons in a row, for within a fieldset. */
export function RadioChoices<Value>({ name, choices, chosen, onChoose }: RadioChoicesProps<Value>) {
  return (
    <div class="choices">
      {choices.map(({ value, word }) => (
        <label key={word}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
          <span>{word}</span>
        </label>
      ))}
    </div>
  );
}
