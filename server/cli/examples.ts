import type { Command } from 'commander';

/** Examples of each command, without the program's name; shown at the end of its help. */
const EXAMPLES: Record<string, readonly string[]> = {
  '': ['serve', 'domain add example.org', 'domain verify example.org'],
  serve: ['serve'],
  account: ['account create "Help desk"', 'account list'],
  'account create': ['account create "Help desk"'],
  'account list': ['account list', 'account list --json'],
  'account show': ['account show 1', 'account show 1 --json'],
  'account update': [
    'account update 1 --display-name Acme --contact help@acme.example',
    'account update 1 --logo logo.png',
  ],
  'account suspend': ['account suspend 2'],
  'account resume': ['account resume 2'],
  'account delete': ['account delete 2', 'account delete 2 --confirm "Help desk"'],
  token: ['token create "Mail server" --scope domains:sign', 'token revoke 3'],
  'token create': [
    'token create "Mail server" --scope domains:read,domains:sign',
    'token create Audit --scope domains:read --expires 2027-01-31',
  ],
  'token list': ['token list', 'token list --account 2'],
  'token revoke': ['token revoke 3', 'token revoke 3 --yes'],
  domain: ['domain add example.org', 'domain list --attention', 'domain verify example.org'],
  'domain add': [
    'domain add example.org',
    'domain add example.org example.net mail.example.com',
    'domain add - < domains.txt',
    'domain add example.org --selector mail2026',
  ],
  'domain list': [
    'domain list',
    'domain list --attention',
    'domain list --status failed --limit 20',
    'domain list --json',
  ],
  'domain show': ['domain show example.org', 'domain show 7 --json'],
  'domain rename': ['domain rename example.org example.net'],
  'domain verify': ['domain verify example.org', 'domain verify example.org --wait 10'],
  'domain records': [
    'domain records example.org',
    'domain records example.org --format bind',
    'domain records example.org --format text',
  ],
  'domain delegate': ['domain delegate example.org', 'domain delegate example.org --off'],
  'domain remove': ['domain remove example.org', 'domain remove example.org --yes'],
  share: ['share create example.org', 'share list example.org'],
  'share create': ['share create example.org', 'share create example.org --expires 2027-01-31'],
  'share list': ['share list example.org'],
  'share revoke': ['share revoke example.org 4'],
  webhook: ['webhook add https://hooks.example.org/', 'webhook list', 'webhook test 7'],
  'webhook add': [
    'webhook add https://hooks.example.org/',
    'webhook add https://hooks.example.org/ --events domain.lost',
    'webhook add https://hooks.example.org/ --domains example.org',
  ],
  'webhook list': ['webhook list'],
  'webhook update': [
    'webhook update 7 --enable --skip-backlog',
    'webhook update 7 --events all --url https://hooks.example.net/',
  ],
  'webhook rotate-secret': ['webhook rotate-secret 7'],
  'webhook test': ['webhook test 7'],
  'webhook deliveries': ['webhook deliveries 7', 'webhook deliveries 7 --json'],
  'webhook send-again': ['webhook send-again 7 31'],
  'webhook delete': ['webhook delete 7'],
  sign: ['sign message.eml', 'sign - < message.eml', 'sign message.eml --json'],
  keys: [
    'keys list example.org',
    'keys rotate example.org',
    'keys export --format opendkim /etc/opendkim/letterhead',
  ],
  'keys list': ['keys list example.org'],
  'keys rotate': ['keys rotate example.org', 'keys rotate --all --older-than 180d'],
  'keys remove': ['keys remove example.org 2'],
  'keys revoke': ['keys revoke example.org 1'],
  'keys export': [
    'keys export --format opendkim /etc/opendkim/letterhead',
    'keys export --format exim /etc/exim4/dkim --watch',
    'keys export --format exim keys --watch --reload "./reload.sh"',
  ],
  'key-zone': ['key-zone status', 'key-zone compare'],
  'key-zone status': ['key-zone status', 'key-zone status --json'],
  'key-zone compare': ['key-zone compare'],
  'key-zone repair': ['key-zone repair'],
  'key-zone export': ['key-zone export > keys.example.net.zone'],
  import: [
    'import --format opendkim /etc/opendkim/KeyTable --dry-run',
    'import --format rspamd /var/lib/rspamd/dkim',
    'import --format csv keys.csv',
  ],
  events: ['events --limit 20', 'events --domain example.org', 'events --follow --json'],
  export: ['export > domains.jsonl', 'export --format csv > domains.csv'],
  backup: ['backup letterhead.tar.gz', 'backup letterhead.tar.gz --without-key'],
  check: ['check', 'check --json'],
  restore: ['restore letterhead.tar.gz'],
  migrate: ['migrate'],
  store: ['store copy database'],
  'store copy': ['store copy database', 'store copy files'],
  version: ['version --json'],
  completion: ['completion bash', 'completion zsh', 'completion fish'],
};

/** Adds its examples to the help of a command and of all below it; `path` is how it is called, `domain add`. */
export function addExamples(command: Command, path = ''): void {
  const lines = (EXAMPLES[path] ?? []).map((example) => `\n  letterhead ${example}`);
  if (lines.length > 0) command.addHelpText('after', `\nExamples:${lines.join('')}`);
  for (const below of command.commands) addExamples(below, `${path} ${below.name()}`.trim());
}
