import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openTerminal } from '../../server/cli/terminal.ts';

const QUESTION = 'Type its name: ';

function streams(tty: { stdin: boolean; stderr: boolean }) {
  return {
    stdin: Object.assign(new PassThrough(), { isTTY: tty.stdin }),
    stdout: new PassThrough(),
    stderr: Object.assign(new PassThrough(), { isTTY: tty.stderr }),
  };
}

test('a question is asked on standard error, so that standard output holds only what was asked for', async () => {
  const { stdin, stdout, stderr } = streams({ stdin: true, stderr: true });
  const answer = openTerminal({ stdin, stdout, stderr }).prompt?.(QUESTION);
  stdin.write('Help desk\n');
  expect(await answer).toBe('Help desk');
  const shown = Promise.all([text(stdout), text(stderr)]);
  stdout.end();
  stderr.end();
  const [out, err] = await shown;
  expect(out).toBe('');
  expect(err).toContain(QUESTION);
});

test.each([
  ['the input ends', (stdin: PassThrough) => stdin.end()],
  ['Ctrl-D is typed', (stdin: PassThrough) => stdin.write('\u0004')],
  ['Ctrl-C is typed', (stdin: PassThrough) => stdin.write('\u0003')],
])('a question counts as not answered when %s', async (_what, breakOff) => {
  const { stdin, stdout, stderr } = streams({ stdin: true, stderr: true });
  const answer = openTerminal({ stdin, stdout, stderr }).prompt?.(QUESTION);
  breakOff(stdin);
  expect(await answer).toBe('');
});

test.each([
  { stdin: false, stderr: true },
  { stdin: true, stderr: false },
])('nobody is asked anything when only one of these is a terminal: %j', (tty) => {
  expect(openTerminal(streams(tty)).prompt).toBeNull();
});
