/** tr46 ships without types. */
declare module 'tr46' {
  interface Options {
    checkBidi?: boolean;
    checkHyphens?: boolean;
    checkJoiners?: boolean;
    useSTD3ASCIIRules?: boolean;
  }
  /** Null if the name breaks a rule. */
  export function toASCII(name: string, options?: Options): string | null;
  /** If `error` is true, `domain` is the name as far as it could be mapped. */
  export function toUnicode(name: string, options?: Options): { domain: string; error: boolean };
}
