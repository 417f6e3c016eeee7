/** A spelling that RFC 6376 allows, and that a receiver doesn't take all the same. */
export interface Quirk {
  readonly receivers: readonly string[];
  /** The section that Letterhead goes by. */
  readonly section: string;
  /** What is special about the text of such a record. */
  readonly spelling: RegExp;
}

const QUIRKS: readonly Quirk[] = [
  // White space after the equals sign: key-v-tag, key-s-tag.
  { receivers: ['exim'], section: '3.6.1', spelling: /(?:^|;)\s*[vs]\s*=\s/ },
  // Lists of services: key-s-tag.
  { receivers: ['exim', 'dkimpy'], section: '3.6.1', spelling: /(?:^|;)\s*s\s*=[^;]*:/ },
  // White space before a colon: key-h-tag, key-s-tag.
  { receivers: ['Mail::DKIM'], section: '3.6.1', spelling: /(?:^|;)\s*[hs]\s*=[^;]*\s:/ },
  // Tags of RFC 4871 are unknown ones, which are ignored.
  {
    receivers: ['Mail::DKIM'],
    section: '3.2',
    spelling: /(?:^|;)\s*g\s*=\s*[^*\s]|(?:^|;)\s*g\s*=\s*(?:;|$)/,
  },
  // Unknown tags are ignored; these receivers tell tags by one letter of their names.
  { receivers: ['exim'], section: '3.2', spelling: /(?:^|;)\s*[ghknpstv]\w+\s*=/ },
  { receivers: ['rspamd'], section: '3.2', spelling: /\wp\s*=/ },
  // Names of tags are case-sensitive.
  { receivers: ['mailauth'], section: '3.2', spelling: /(?:^|;)\s*[A-Z]\w*\s*=/ },
];

/** Whether the RFC lets a record be spelt so, against this receiver. */
export function isQuirkOf(receiver: string, record: string): boolean {
  return QUIRKS.some(({ receivers, spelling }) => receivers.includes(receiver) && spelling.test(record));
}
