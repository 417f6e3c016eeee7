import { ID_PATTERN } from '@letterhead/shared';

/** A path of the API, with its parameters in braces, which are positive integers, and a method that it answers to. */
export interface PathMethod {
  readonly path: string;
  readonly method: string;
}

/** Which methods each path of the API answers to: for 405 and its `Allow`. */
export interface KnownPaths {
  /** Empty where there is nothing at the path. */
  methodsAt(path: string): readonly string[];
}

export function knownPaths(paths: readonly PathMethod[]): KnownPaths {
  const patterns = paths.map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  return {
    methodsAt: (path) => patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method),
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, ID_PATTERN.source)}$`);
}
