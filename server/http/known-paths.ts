/** Which methods each path of the API answers to: for 405 and its `Allow`. */
export interface KnownPaths {
  /** Empty where there is nothing at the path. */
  methodsAt(path: string): readonly string[];
}

/** From operations' paths, with parameters in braces, which are positive integers. */
export function knownPaths(
  basePath: string,
  operations: readonly { readonly method: string; readonly path: string }[],
): KnownPaths {
  const patterns = operations.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${basePath}${path.replace(/\{\w+\}/g, '[1-9]\\d{0,14}')}$`),
  }));
  return {
    methodsAt(path) {
      const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
      return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
    },
  };
}
