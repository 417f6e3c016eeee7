import { readFile } from 'node:fs/promises';

/** Objects of one type in a heap: a constructor's name, or an internal type such as `(string)`. */
interface HeapType {
  readonly count: number;
  /** Shallow size. */
  readonly bytes: number;
}

export type HeapTypes = ReadonlyMap<string, HeapType>;

/** Growth of a type. */
export interface HeapGrowth extends HeapType {
  readonly name: string;
}

/** The part of V8's `.heapsnapshot` format that is used here. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      /** For each field what it may be; for `type`, the names of the types. */
      readonly node_types: readonly (string | readonly string[])[];
    };
  };
  /** All nodes, with a number for each field. */
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Sums a snapshot by type, as browser tools do. Needs about five times the file's size of memory. */
export async function readHeapTypes(path: string): Promise<HeapTypes> {
  const { snapshot, nodes, strings }: Snapshot = JSON.parse(await readFile(path, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeField, nameField, sizeField] = ['type', 'name', 'self_size'].map((field) =>
    fields.indexOf(field),
  );
  if (typeField === undefined || nameField === undefined || sizeField === undefined) return new Map();
  const kinds = types[typeField] ?? [];
  const totals = new Map<string, HeapType>();
  for (let node = 0; node < nodes.length; node += fields.length) {
    const kind = kinds[nodes[node + typeField] ?? 0] ?? '';
    const name = nameOf(kind, strings[nodes[node + nameField] ?? 0] ?? '');
    const { count, bytes } = totals.get(name) ?? { count: 0, bytes: 0 };
    totals.set(name, { count: count + 1, bytes: bytes + (nodes[node + sizeField] ?? 0) });
  }
  return totals;
}

/** The types that grew most by this measure, in descending order. */
export function grownMost(
  before: HeapTypes,
  after: HeapTypes,
  by: keyof HeapType,
  limit: number,
): HeapGrowth[] {
  const none: HeapType = { count: 0, bytes: 0 };
  return [...after]
    .map(([name, now]) => {
      const then = before.get(name) ?? none;
      return { name, count: now.count - then.count, bytes: now.bytes - then.bytes };
    })
    .filter((growth) => growth[by] > 0)
    .sort((one, other) => other[by] - one[by])
    .slice(0, limit);
}

/** Strings, functions and code are grouped by kind, because each has another name. */
function nameOf(kind: string, name: string): string {
  return kind === 'object' || kind === 'native' ? name : `(${kind})`;
}
