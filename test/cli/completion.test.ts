import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runInProcess } from './run-in-process.ts';

/** A zsh in a terminal of its own, in which Tab and Enter are pressed. */
const ZSH = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "autoload -U compinit; compinit -u -D; source $1; letterhead() { print -r -- G\\"OT-\\$*-E\\"ND }"
zpty -w -n shell "letterhead $2"$'\\t'$'\\n'
zpty -r -m shell output '*GOT-*-END*'
zpty -d shell
print -r -- \${\${output##*GOT-}%%-END*}`;

const BASH = `source "$1"
COMP_WORDS=(letterhead $2)
COMP_CWORD=$(wc -w <<< "$2")
_letterhead
COMP_WORDS[COMP_CWORD]=$COMPREPLY
echo "\${COMP_WORDS[@]:1}"`;

const FISH = `source $argv[1]
set -l words (string split ' ' $argv[2])
echo $words[1..-2] (complete -C "letterhead $argv[2]")`;

/** Programs that load the script and complete the last word of a command line. */
const SHELLS = {
  bash: ['--norc', '-c', BASH, 'bash'],
  zsh: ['-f', '-c', ZSH, 'zsh'],
  fish: ['--no-config', '-c', FISH],
};

/** Shells that are installed here; bash is everywhere that the tests run. */
const installed = Object.entries(SHELLS).filter(([name]) => spawnSync(name, ['--version']).status === 0);

test.each(installed)('%s completes commands, options and their values', async (shell, options) => {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-completion-'));
  try {
    const script = join(folder, 'script');
    await writeFile(script, (await runInProcess(['completion', shell], {})).out);
    for (const [typed, completed] of [
      ['dom', 'domain'],
      ['domain ver', 'domain verify'],
      ['domain list --st', 'domain list --status'],
      // Arguments and options do not change which command it is.
      ['domain verify example.org --json --wa', 'domain verify example.org --json --wait'],
      // The value of an option is completed, and after it the options again.
      ['keys export --format ope', 'keys export --format opendkim'],
      ['domain list --status ver', 'domain list --status verified'],
      ['keys export --format pem --rel', 'keys export --format pem --reload'],
    ] as const) {
      const { stdout } = await promisify(execFile)(shell, [...options, script, typed], { timeout: 20_000 });
      expect(stdout.trim()).toBe(completed);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('there is no completion for an unknown shell', async () => {
  expect((await runInProcess(['completion', 'csh'], {})).exit).toBe(2);
});
