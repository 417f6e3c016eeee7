/** How many rows are turned into text at once: some 40 KB of domains. */
const ROWS_AT_ONCE = 16;

const OPENING = JSON.stringify({ rows: [0] }, null, 2).indexOf('\n    0');
const CLOSING = '\n  ]\n}'.length;

/**
 * Indented JSON of an object, as `JSON.stringify(data, null, 2)` writes it and with a line feed at the end,
 * in parts: a list among its fields comes some rows at a time.
 */
export function* jsonText(data: object): Iterable<string> {
  let separator = '{\n';
  for (const [key, value] of Object.entries(data)) {
    yield `${separator}  ${JSON.stringify(key)}: `;
    if (Array.isArray(value) && value.length > 0) yield* listText(value);
    else yield JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
    separator = ',\n';
  }
  yield '\n}\n';
}

function* listText(rows: readonly unknown[]): Iterable<string> {
  yield '[';
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    // Writing them as the list of a small object gets the indentation from the serialiser itself.
    const text = JSON.stringify({ rows: rows.slice(at, at + ROWS_AT_ONCE) }, null, 2);
    if (at > 0) yield ',';
    yield text.slice(OPENING, -CLOSING);
  }
  yield '\n  ]';
}
