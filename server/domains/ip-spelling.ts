import { isIPv6 } from 'node:net';

/** Number of an IPv4 address as the C library and browsers parse it: decimal, octal or hexadecimal. */
const NUMBER = /^(?:0x[0-9a-f]*|[0-9]+)$/;

/** Whether a label is a number, which no top-level domain is (RFC 3696 §2). */
export function isNumberLabel(label: string): boolean {
  return NUMBER.test(label);
}

/**
 * Whether a lower-case text is an IP address in any notation that programs accept:
 * `192.0.2.1`, `127.1`, `0x7f.1`, `2130706433`, `::1`, `[::1]`, each also with a port, zone or prefix length.
 */
export function isIpSpelling(text: string): boolean {
  if (/^\[[^\]]*\](?::[0-9]*)?$/.test(text)) return true;
  const address = text.replace(/\/[0-9]{1,3}$/, '').replace(/%[^:/]*$/, '');
  return isIPv6(address) || isIpv4Spelling(address);
}

function isIpv4Spelling(text: string): boolean {
  const parts = text
    .replace(/:[0-9]*$/, '')
    .replace(/\.$/, '')
    .split('.');
  return parts.length <= 4 && parts.every(isNumberLabel);
}
