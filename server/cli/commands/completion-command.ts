import type { Command } from 'commander';
import { Argument } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { print } from '../output.ts';

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript };
type Shell = keyof typeof SHELLS;

/** `letterhead completion`: prints a script that completes commands and options; made from the commands themselves. */
export function addCompletionCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
    .description('print a script that completes commands in a shell')
    .action((shell: Shell) => print(terminal.out, SHELLS[shell](listCommands(program, ''))));
}

/**
 * What can follow a command, which is given as a shell has it: ` domain add`; empty for `letterhead` itself. An option that
 * takes a value is one more, ` domain list --status`, until the value is typed.
 */
interface Completion {
  readonly command: string;
  readonly words: string;
  readonly isOption: boolean;
  /** Whether one of the words has to follow, and so no file. */
  readonly isClosed: boolean;
}

function listCommands(command: Command, path: string): Completion[] {
  const options = command.options.map(({ long }) => long).concat('--help');
  const words = [...command.commands.map((one) => one.name()), ...options].join(' ');
  const valued = command.options.filter((option) => option.required);
  return [
    { command: path, words, isOption: false, isClosed: command.commands.length > 0 },
    ...valued.map(({ long, argChoices = [] }) => ({
      command: `${path} ${long}`,
      words: argChoices.join(' '),
      isOption: true,
      isClosed: argChoices.length > 0,
    })),
    ...command.commands.flatMap((one) => listCommands(one, `${path} ${one.name()}`)),
  ];
}

/** Those that a word leads to, as patterns of a shell. */
function patterns(commands: readonly Completion[], isOption: boolean, separator: string): string {
  return commands
    .filter((one) => one.isOption === isOption && one.command !== '')
    .map(({ command }) => `'${command}'`)
    .join(separator);
}

/** Lines of a function for bash and zsh that finds the command, or the option, that the words before the cursor lead to. */
function findCommand(commands: readonly Completion[], words: string): string {
  return `for word in "${words}"; do
    case "$command $word" in
      ${patterns(commands, false, '|')}) command="$command $word" ;;
    esac
  done
  case "$command $word" in
    ${patterns(commands, true, '|')}) command="$command $word" ;;
  esac`;
}

function bashScript(commands: readonly Completion[]): string {
  return `# Load it in ~/.bashrc: source <(letterhead completion bash)
_letterhead() {
  local command= word choices=
  ${findCommand(commands, `\${COMP_WORDS[@]:1:COMP_CWORD-1}`)}
  case "$command" in
${commands.map(({ command, words }) => `    '${command}') choices='${words}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$choices" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _letterhead letterhead
`;
}

function zshScript(commands: readonly Completion[]): string {
  return `#compdef letterhead
# Load it in ~/.zshrc, after compinit: source <(letterhead completion zsh)
_letterhead() {
  local command= word
  ${findCommand(commands, `\${(@)words[2,CURRENT-1]}`)}
  case "$command" in
${commands.map(({ command, words }) => `    '${command}') compadd -- ${words} ;;`).join('\n')}
  esac
  _files
}
compdef _letterhead letterhead
`;
}

function fishScript(commands: readonly Completion[]): string {
  return `# Load it in ~/.config/fish/config.fish: letterhead completion fish | source
function __letterhead_command
  set -l command ''
  set -l last ''
  for word in (commandline -opc)[2..-1]
    switch "$command $word"
      case ${patterns(commands, false, ' ')}
        set command "$command $word"
    end
    set last $word
  end
  switch "$command $last"
    case ${patterns(commands, true, ' ')}
      set command "$command $last"
  end
  echo "$command"
end
${commands
  .filter(({ words }) => words !== '')
  .map(
    ({ command, words, isClosed }) =>
      `complete -c letterhead -n 'test (__letterhead_command) = "${command}"'${isClosed ? ' -f' : ''} -a '${words}'`,
  )
  .join('\n')}
`;
}
