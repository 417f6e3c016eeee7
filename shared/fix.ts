import type { Action, Advice, RecordDiagnosis } from './diagnosis.ts';

/**
 * A part of a fix: words, or a text to show exactly as it is. `host` and `value` are to be entered; `present` is in the
 * DNS now.
 */
export type FixPart = string | { readonly exact: string; readonly role: Role };
type Role = 'host' | 'value' | 'present';

/** The fields of a diagnosis that its fix is worded from. */
export interface FixSource {
  readonly code: RecordDiagnosis['code'] | Advice['code'];
  readonly action: Action;
}

/** Words an action as one imperative sentence, in parts, so that a page can add copy buttons. */
export function fixParts(source: FixSource): FixPart[] {
  const { kind, zone, type } = source.action;
  if (kind !== 'registrar') return [`In the DNS settings of ${zone}, `, ...whatToDo(source), '.'];
  if (type === 'NS' || type === 'DS') {
    return [`At the registrar of ${zone}, `, ...whatToDelegate(source.action), '.'];
  }
  return [
    `Register ${zone}, or renew its registration; then, in its DNS settings, `,
    ...whatToDo(source),
    '.',
  ];
}

function whatToDelegate({ type, value, remove }: Action): FixPart[] {
  if (type === 'NS') return ['set the name servers to ', ...nameServers(value)];
  const isOne = remove.every(({ count }) => count === 1);
  return isOne
    ? ['remove the DS record, or replace it with the one that your DNS provider shows']
    : ['remove the DS records, or replace them with the one that your DNS provider shows'];
}

function nameServers(value: string): FixPart[] {
  return listed(value.split(' '), 'value');
}

/** The same as text. Uses typographic quotation marks, which nobody takes for a part of the value. */
export function fixSentence(source: FixSource): string {
  return fixParts(source)
    .map((part) => (typeof part === 'string' ? part : `“${part.exact}”`))
    .join('');
}

function whatToDo({ code, action }: FixSource): FixPart[] {
  const { type } = action;
  if (type === 'NS') {
    return [
      'set the NS records at the host ',
      exact('host', action.host),
      ' to ',
      ...nameServers(action.value),
    ];
  }
  const [host, value] = [exact('host', action.host), exact('value', action.value)];
  if (code === 'NAMESERVERS_DISAGREE') {
    return [
      `make sure that all name servers have the same ${type} record, with the host `,
      host,
      ' and the value ',
      value,
      ...nothingBeside(action),
    ];
  }
  switch (action.kind) {
    case 'add':
    case 'registrar':
      return [`add a ${type} record with the host `, host, ' and the value ', value];
    case 'move': {
      const from = exact('present', action.from_host ?? '');
      const gone =
        action.remove.length === 0 ? [] : [`remove ${described(action.remove)} at the host `, host];
      return [
        ...gone,
        `${gone.length === 0 ? '' : ', and '}change the host of the ${type} record from `,
        from,
        ' to ',
        host,
        ' and leave its value ',
        value,
        ' as it is',
      ];
    }
    case 'remove':
      return ['at the host ', host, ...whatToRemove(action, value)];
    case 'replace':
      return whatToReplace(action, host, value);
  }
}

/** What else stands at the host of a record that only some name servers have. */
function nothingBeside({ type, remove }: Action): FixPart[] {
  const others = remove.filter((one) => one.type !== type);
  return others.length === 0 ? [] : [`, and not ${described(others)} beside it`];
}

function whatToReplace({ type, remove }: Action, host: FixPart, value: FixPart): FixPart[] {
  const [first] = remove;
  const values = first?.values ?? [];
  if (remove.length === 1 && first?.type === type && first.count === 1) {
    const from = values.length === 0 ? [] : ['from ', ...listed(values), ' '];
    return [`change the value of the ${type} record at the host `, host, ' ', ...from, 'to ', value];
  }
  if (values.length > 0) {
    const gone = [`, remove the ${values.length} ${type} records with the values `, ...listed(values)];
    return ['at the host ', host, ...gone, ', and add one with the value ', value];
  }
  return [
    `replace ${described(remove)} at the host `,
    host,
    ` with one ${type} record that has the value `,
    value,
  ];
}

function whatToRemove({ type, remove }: Action, keep: FixPart): FixPart[] {
  const values = remove.flatMap((one) => one.values ?? []);
  if (values.length === 0) return [`, remove all ${type} records except the one with the value `, keep];
  const records = values.length === 1 ? 'record with the value' : 'records with the values';
  return [`, remove the ${type} ${records} `, ...listed(values), ', and keep ', keep];
}

/** `the CNAME record`, `the 2 TXT records`, `the A and AAAA records`, `the A, TXT and MX records`. */
function described(remove: Action['remove']): string {
  const [first] = remove;
  const all = remove.map(({ type }) => type);
  const types = [all.slice(0, -1).join(', '), ...all.slice(-1)].filter(Boolean).join(' and ');
  if (remove.length > 1) return `the ${types} records`;
  return first?.count === 1 ? `the ${types} record` : `the ${first?.count ?? 0} ${types} records`;
}

/** `a`, `a and b`, `a, b and c`. */
function listed(values: readonly string[], role: Role = 'present'): FixPart[] {
  const separator = (at: number) => (at === 0 ? [] : [at === values.length - 1 ? ' and ' : ', ']);
  return values.flatMap((value, at) => [...separator(at), exact(role, value)]);
}

function exact(role: Role, text: string): FixPart {
  return { exact: text, role };
}
