import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Receiver, run, verdictsFromLines } from './receiver.ts';

const SETTINGS = `Mode v
Syslog no
Nameservers 127.0.0.1
DNSTimeout 5
`;
/** As many names as fit an argument of its command line. */
const AT_ONCE = 500;

/** OpenDKIM, the milter of Postfix and Sendmail, in its test mode. */
export const opendkim: Receiver = {
  name: 'opendkim',
  probe: ['opendkim', '-V'],
  async verify(folder, messages) {
    await writeFile(join(folder, 'opendkim.conf'), SETTINGS);
    const lines: string[] = [];
    for (let at = 0; at < messages.length; at += AT_ONCE) {
      const files = messages.slice(at, at + AT_ONCE).map(({ file }) => file);
      lines.push(await run('opendkim', ['-x', 'opendkim.conf', '-t', files.join(',')], { folder }));
    }
    return verdictsFromLines(toFileAndResult(lines.join('')), messages, 'succeeded');
  },
};

/** `opendkim: m1.eml: verification (s=s1, d=example.org, 2048-bit key) succeeded` */
function toFileAndResult(lines: string): string {
  return lines.replaceAll(/^opendkim: (\S+): verification \([^)]*\) (.*)$/gm, '$1 $2');
}
