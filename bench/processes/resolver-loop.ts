import { NODATA, NOTFOUND, promises } from 'node:dns';
import { childOptions, serveParent } from '../child.ts';
import type { AskLoad, AskRun, ReceivedQuestion } from '../messages.ts';

/** A bare loop over Node's own resolver; one for each server. */
export interface ResolverLoopOptions {
  readonly port: number;
}

const { port } = childOptions<ResolverLoopOptions>();
const resolvers = new Map<string, promises.Resolver>();

serveParent({ url: null, handlers: { askAll }, stop: async () => {} });

async function askAll({ questions, inFlight }: AskLoad): Promise<AskRun> {
  const begin = performance.now();
  const left = questions.values();
  let failures = 0;
  const loop = async () => {
    for (const question of left) if (!(await isAnswered(question))) failures += 1;
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return { failures, seconds: (performance.now() - begin) / 1000 };
}

async function isAnswered({ server, name, type }: ReceivedQuestion): Promise<boolean> {
  try {
    await resolverOf(server).resolve(name, type);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === NODATA || error.code === NOTFOUND);
  }
}

function resolverOf(server: string): promises.Resolver {
  const known = resolvers.get(server);
  if (known !== undefined) return known;
  const resolver = new promises.Resolver();
  resolver.setServers([`${server}:${port}`]);
  resolvers.set(server, resolver);
  return resolver;
}
