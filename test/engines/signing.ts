import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServeOptions } from './authority.ts';
import { run } from './engine.ts';
import type { ZoneFile } from './zone-file.ts';

export interface SignOptions {
  /** Proves absence by NSEC3 instead of NSEC (RFC 5155). */
  readonly nsec3?: boolean;
  /** The same, but proves nothing about delegations without DS, as most top-level domains do (RFC 5155 §6). */
  readonly optOut?: boolean;
  /** The signatures have expired long ago. */
  readonly expired?: boolean;
}

/** The one key of a zone, with which all of it is signed. */
export class ZoneKey {
  readonly #folder: string;
  readonly #file: string;
  /** The DNSKEY record, as a line of a zone file. */
  readonly line: string;
  /** The DS records' data for the zone above. */
  readonly ds: string;

  private constructor(folder: string, file: string, line: string, ds: string) {
    this.#folder = folder;
    this.#file = file;
    this.line = line;
    this.ds = ds;
  }

  static async create(zone: string, folder: string): Promise<ZoneKey> {
    const made = await run('dnssec-keygen', '-q', '-K', folder, '-a', 'ECDSAP256SHA256', '-f', 'KSK', zone);
    const file = join(folder, `${made.trim()}.key`);
    const text = await readFile(file, 'utf8');
    const line = text.split('\n').find((one) => one.includes('DNSKEY') && !one.startsWith(';')) ?? '';
    const ds = await run('dnssec-dsfromkey', '-2', file);
    return new ZoneKey(folder, file, line, ds.trim().replace(/^.* DS /, ''));
  }

  /** Signs the text of a zone file; one record a line. */
  async sign(
    text: string,
    zone: ZoneFile,
    { nsec3 = false, optOut = false, expired = false }: SignOptions = {},
  ): Promise<string> {
    const file = join(this.#folder, `${zone.origin}.${Math.random()}`);
    await writeFile(file, `${text}${this.line}\n`);
    const absence = [...(nsec3 || optOut ? ['-3', '-'] : []), ...(optOut ? ['-A'] : [])];
    const period = expired ? ['-s', '20250101000000', '-e', '20250201000000'] : [];
    const how = [
      '-z',
      '-P',
      '-q',
      '-O',
      'full',
      '-K',
      this.#folder,
      '-d',
      this.#folder,
      ...absence,
      ...period,
    ];
    await run('dnssec-signzone', ...how, '-o', zone.origin, '-f', `${file}.signed`, file, this.#file);
    return readFile(`${file}.signed`, 'utf8');
  }
}

/** To serve a zone signed. */
export function signedBy(key: ZoneKey, options?: SignOptions): ServeOptions {
  return { finish: (text, zone) => key.sign(text, zone, options) };
}

/** Breaks the signature of one set of records in the text of a signed zone. */
export function breakSignature(text: string, name: string, type: string): string {
  const isTheirs = (line: string) =>
    line.startsWith(`${name}.`) && new RegExp(`\\sRRSIG\\s+${type}\\s`).test(line);
  return text
    .split('\n')
    .map((line) => (isTheirs(line) ? line.replace(/(.)(={0,2})$/, (_, last, end) => swap(last) + end) : line))
    .join('\n');
}

function swap(letter: string): string {
  return letter === 'A' ? 'Q' : 'A';
}
