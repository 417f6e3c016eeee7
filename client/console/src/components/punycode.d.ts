/** The package has no types of its own; this is what is used of it. */
declare module 'punycode/punycode.es6.js' {
  export function toUnicode(name: string): string;
}
