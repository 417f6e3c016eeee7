import { invalidField } from '@letterhead/shared';
import { z } from 'zod';
import type { DescribedOperation } from './operations.ts';

/** The type of an input's field, which a query or a form cannot say: they know only text. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'list' | 'numbers';

const found = new WeakMap<DescribedOperation, ReadonlyMap<string, FieldKind>>();

/**
 * The kind of each field that a body or a query can have, found out once, when an operation is first asked for. What
 * stands in the path is none of them: a field of the same name is ignored.
 */
export function fieldKinds(operation: DescribedOperation): ReadonlyMap<string, FieldKind> {
  const known = found.get(operation) ?? findKinds(operation);
  found.set(operation, known);
  return known;
}

function findKinds({ input, pathParameters }: DescribedOperation): ReadonlyMap<string, FieldKind> {
  if (input === null) return new Map();
  const { properties = {} } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const fields = Object.entries(properties).filter(([name]) => !pathParameters.includes(name));
  return new Map(fields.map(([name, property]) => [name, kindOf(property)]));
}

function kindOf(property: z.core.JSONSchema._JSONSchema): FieldKind {
  if (typeof property === 'boolean') return 'text';
  const { type, anyOf, items } = property;
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'boolean';
  if (type === 'array')
    return typeof items === 'object' && !Array.isArray(items) && kindOf(items) === 'number'
      ? 'numbers'
      : 'list';
  // One that can be null as well.
  const [other, ...more] = (anyOf ?? []).filter((one) => typeof one === 'boolean' || one.type !== 'null');
  return other === undefined || more.length > 0 ? 'text' : kindOf(other);
}

/**
 * The fields of a query or a form, in the types that the input wants. What doesn't convert is left as it is, for the
 * input's schema to refuse. Throws `invalid` where a field that is no list came more than once.
 */
export function convertFields(
  fields: Readonly<Record<string, string | readonly string[]>>,
  kinds: ReadonlyMap<string, FieldKind>,
): Record<string, unknown> {
  const converted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const kind = kinds.get(name);
    if (kind === 'list') converted[name] = [value].flat();
    else if (kind === 'numbers') converted[name] = [value].flat().map((one) => convert(one, 'number'));
    else if (kind !== undefined) converted[name] = convert(only(name, value), kind);
  }
  return converted;
}

function only(name: string, value: string | readonly string[]): string {
  const [first = '', ...others] = [value].flat();
  if (others.length > 0) throw invalidField(name, `Give ${name} once.`);
  return first;
}

function convert(value: string, kind: FieldKind): unknown {
  if (kind === 'number') return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value;
  if (kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}
