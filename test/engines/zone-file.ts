import { quotedStrings } from '@letterhead/shared';

/** Records of one zone: a line `host TYPE data` each, with `@` for the apex and full names ending in a dot. */
export class ZoneFile {
  readonly origin: string;
  #lines: string[];

  constructor(origin: string, lines: string) {
    this.origin = origin;
    this.#lines = lines
      .split('\n')
      .map((line) => line.trim().replace(/\s+/g, ' '))
      .filter((line) => line !== '');
  }

  add(host: string, type: string, value: string): void {
    const line = zoneLine(host, type, value);
    if (!this.#lines.includes(line)) this.#lines.push(line);
  }

  /** Removes the records of a type at a host for which that holds, and returns how many those were. */
  remove(host: string, type: string, goes: (value: string) => boolean = () => true): number {
    const before = this.#lines.length;
    this.#lines = this.#lines.filter((line) => {
      const [at, kind, ...data] = line.split(' ');
      return !(at === host && kind === type && goes(dataOf(type, data.join(' '))));
    });
    return before - this.#lines.length;
  }

  copy(): ZoneFile {
    return new ZoneFile(this.origin, this.#lines.join('\n'));
  }

  /** In the form of RFC 1035 §5. Negative answers may be cached as long as the records. */
  format(serial: number, ttl: number): string {
    const soa = `@ SOA ns. hostmaster. ${serial} 3600 600 86400 ${ttl}`;
    return [
      `$ORIGIN ${this.origin === '.' ? '.' : `${this.origin}.`}`,
      `$TTL ${ttl}`,
      soa,
      ...this.#lines,
      '',
    ].join('\n');
  }
}

export function zoneLine(host: string, type: string, value: string): string {
  return `${host} ${type} ${type === 'TXT' ? quotedStrings(value).join(' ') : `${value.replace(/\.$/, '')}.`}`;
}

function dataOf(type: string, data: string): string {
  return type === 'TXT'
    ? [...data.matchAll(/"([^"]*)"/g)].map(([, text]) => text).join('')
    : data.replace(/\.$/, '');
}
