import { domainToUnicode } from 'node:url';

/** A private key with the names that a mail server knows it by. */
export interface ExportedKey {
  readonly domain: string;
  readonly selector: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
}

export const EXPORT_FORMATS = ['opendkim', 'rspamd', 'exim', 'pem'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The files of an export: their content by their path below its folder. */
export type ExportFiles = ReadonlyMap<string, string>;

/** The lines of a table for one key, which is in the file at `path`. */
type TableLines = (key: ExportedKey, path: string) => string;

/** The tables of each format, by the name of their file. */
const TABLES: Record<ExportFormat, Readonly<Record<string, TableLines>>> = {
  opendkim: {
    KeyTable: ({ domain, selector }, path) => `${keyName(domain, selector)} ${domain}:${selector}:${path}`,
    // Mail from an international domain may have its name as it is read (RFC 6532).
    SigningTable: ({ domain, selector }) =>
      [...new Set([domain, domainToUnicode(domain) || domain])]
        .map((spelling) => `*@${spelling} ${keyName(domain, selector)}`)
        .join('\n'),
  },
  rspamd: {
    'selectors.map': ({ domain, selector }) => `${domain} ${selector}`,
    'paths.map': ({ domain }, path) => `${domain} ${path}`,
  },
  exim: {
    selectors: ({ domain, selector }) => `${domain}: ${selector}`,
    private_keys: ({ domain }, path) => `${domain}: ${path}`,
  },
  pem: {},
};

/** The key files of an export, and then the tables that name them. `folder`: its absolute path, for the tables. */
export function exportFiles(
  format: ExportFormat,
  folder: string,
  keys: readonly ExportedKey[],
): { keyFiles: ExportFiles; tables: ExportFiles } {
  const sorted = keys.toSorted((one, other) => (one.domain < other.domain ? -1 : 1));
  const tables = Object.entries(TABLES[format]).map(([name, toLines]): [string, string] => [
    name,
    sorted.map((key) => `${toLines(key, `${folder}/${keyPath(key)}`)}\n`).join(''),
  ]);
  return {
    keyFiles: new Map(sorted.map((key) => [keyPath(key), key.key])),
    tables: new Map(tables),
  };
}

function keyPath({ domain, selector }: ExportedKey): string {
  return `keys/${domain}/${selector}.pem`;
}

function keyName(domain: string, selector: string): string {
  return `${selector}._domainkey.${domain}`;
}
