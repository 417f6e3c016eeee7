/** tr46 brings no types of its own. */
declare module 'tr46' {
  interface Options {
    checkBidi?: boolean;
    checkHyphens?: boolean;
    checkJoiners?: boolean;
    useSTD3ASCIIRules?: boolean;
  }
  /** Null where the name breaks a rule. */
  export function toASCII(name: string, options?: Options): string | null;
  /** `domain` is the mapped name, as far as it could be read, where `error` is true. */
  export function toUnicode(name: string, options?: Options): { domain: string; error: boolean };
}
