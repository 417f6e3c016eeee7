import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { REQUEST_LIMITS } from '../limits.ts';
import { refuseLongLists } from '../router/input-limits.ts';

/**
 * All that an input's values can be beside JSON's own: times, what is left out, and numbers that are none. superjson
 * knows many more types, which nothing here takes, and some of which cost whoever makes them: an array of a billion
 * zeros is one number on the wire.
 */
const TypeSchema = z.tuple([z.enum(['Date', 'undefined', 'number'])]);

const SentSchema = z.object({
  json: z.unknown(),
  meta: z.strictObject({ values: z.unknown(), v: z.number().optional() }).partial().optional(),
});

/** A value that has to be another than JSON can say: by its path and superjson's name for its type. */
type Annotation = readonly [path: readonly string[], type: string];

/**
 * An input as a tRPC client has sent it. Throws `BAD_REQUEST` where that is not plain, or not superjson's at all;
 * `invalid` where a list in it is too long. superjson's own deserializer is not used: it makes what a path leads to,
 * so that a path that ends in a large number would make a list of that length.
 */
export function readPlainInput(sent: unknown): unknown {
  const { success, data } = SentSchema.safeParse(sent);
  if (!success) throw malformedInput();
  const holder = { input: data.json };
  for (const [path, type] of readAnnotations(data.meta?.values)) applyType(holder, ['input', ...path], type);
  if (typeof holder.input === 'object' && holder.input !== null) refuseLongLists(holder.input);
  return holder.input;
}

/** Either the type of the whole, or types by path. */
function readAnnotations(values: unknown): Annotation[] {
  if (values === undefined) return [];
  if (Array.isArray(values)) return [[[], readType(values)]];
  if (typeof values !== 'object' || values === null) throw malformedInput();
  const paths = Object.entries(values);
  if (paths.length > REQUEST_LIMITS.fields) throw malformedInput();
  return paths.map(([path, type]) => [parsePath(path), readType(type)]);
}

function readType(sent: unknown): string {
  const { success, data } = TypeSchema.safeParse(sent);
  if (!success) throw malformedInput();
  return data[0];
}

/** `a.b`: a dot or a backslash that is a name's own stands behind a backslash. */
function parsePath(path: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const [sign] of path.matchAll(/\\.|[^\\]/gs)) {
    if (sign === '.') {
      parts.push(part);
      part = '';
    } else part += sign.slice(-1);
  }
  return [...parts, part];
}

/** Only what JSON has said is there is changed, and nothing added. */
function applyType(holder: object, path: readonly string[], type: string): void {
  let parent: object = holder;
  for (const [at, name] of path.entries()) {
    if (!isOwn(parent, name)) throw malformedInput();
    const value: unknown = Reflect.get(parent, name);
    if (at === path.length - 1) Reflect.set(parent, name, revive(value, type));
    else if (typeof value === 'object' && value !== null) parent = value;
    else throw malformedInput();
  }
}

/** Of a list, its elements alone: not its length. `__proto__` cannot be set as other names can. */
function isOwn(parent: object, name: string): boolean {
  if (Array.isArray(parent) && !/^\d{1,6}$/.test(name)) return false;
  return name !== '__proto__' && Object.hasOwn(parent, name);
}

function revive(value: unknown, type: string): unknown {
  if (type === 'undefined') return undefined;
  // A time that is none is superjson's as well; what is neither is left for the input's schema to refuse.
  if (typeof value !== 'string') return value;
  return type === 'Date' ? new Date(value) : Number(value);
}

/** What tRPC throws where an input does not parse. */
export function malformedInput(): TRPCError {
  return new TRPCError({ code: 'BAD_REQUEST' });
}
