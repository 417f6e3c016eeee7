import { type Receiver, run, verdictsFromLines } from './receiver.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = `
import sys, dkim
for line in sys.stdin:
    name = line.strip()
    try:
        said = 'pass' if dkim.DKIM(open(name, 'rb').read()).verify() else 'fail'
    except Exception as error:
        said = type(error).__name__ + ' ' + str(error).replace('\\n', ' ')
    print(name, said)
`;

/** dkimpy, in the processes of Python mail filters. */
export const dkimpy: Receiver = {
  name: 'dkimpy',
  probe: [PYTHON, '-c', 'import dkim, dns.resolver'],
  async verify(folder, messages) {
    const input = messages.map(({ file }) => `${file}\n`).join('');
    return verdictsFromLines(await run(PYTHON, ['-c', SCRIPT], { folder, input }), messages, 'pass');
  },
};
