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

/** What can follow a command, which is given as a shell has it: ` domain add`; empty for `letterhead` itself. */
interface Completion {
  readonly command: string;
  readonly words: string;
  /** Whether it does nothing itself, and so takes no files. */
  readonly isGroup: boolean;
}

function listCommands(command: Command, path: string): Completion[] {
  const options = command.options.map(({ long }) => long).concat('--help');
  const words = [...command.commands.map((one) => one.name()), ...options].join(' ');
  return [
    { command: path, words, isGroup: command.commands.length > 0 },
    ...command.commands.flatMap((one) => listCommands(one, `${path} ${one.name()}`)),
  ];
}

function quoted(commands: readonly Completion[], separator: string): string {
  return commands
    .slice(1)
    .map(({ command }) => `'${command}'`)
    .join(separator);
}

function bashScript(commands: readonly Completion[]): string {
  return `# Load it in ~/.bashrc: source <(letterhead completion bash)
_letterhead() {
  local command= word choices=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ${quoted(commands, '|')}) command="$command $word" ;;
    esac
  done
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
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$command $word" in
      ${quoted(commands, '|')}) command="$command $word" ;;
    esac
  done
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
  for word in (commandline -opc)[2..-1]
    switch "$command $word"
      case ${quoted(commands, ' ')}
        set command "$command $word"
    end
  end
  echo "$command"
end
${commands
  .map(
    ({ command, words, isGroup }) =>
      `complete -c letterhead -n 'test (__letterhead_command) = "${command}"'${isGroup ? ' -f' : ''} -a '${words}'`,
  )
  .join('\n')}
`;
}
