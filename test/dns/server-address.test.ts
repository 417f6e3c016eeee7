import { getServers } from 'node:dns';
import { expect, test } from 'vitest';
import { parseServerAddress, systemResolvers } from '../../server/dns/transport/server-address.ts';

test.each([
  ['192.0.2.1', '192.0.2.1', 53],
  ['192.0.2.1:5353', '192.0.2.1', 5353],
  ['2001:db8::1', '2001:db8::1', 53],
  ['[2001:db8::1]', '2001:db8::1', 53],
  ['[2001:db8::1]:5353', '2001:db8::1', 5353],
])('the server address %s is read as an address and a port', (text, address, port) => {
  expect(parseServerAddress(text)).toEqual({ address, port });
});

test.each([
  '',
  'localhost',
  '192.0.2.1:',
  '192.0.2.1:0',
  '192.0.2.1:65536',
  '[192.0.2.1]:53',
  '[::1',
  '1.2.3:53',
])('the text %j is not the address of a server', (text) => {
  expect(parseServerAddress(text)).toBeUndefined();
});

test('the resolvers of the system are all understood', () => {
  expect(systemResolvers()).toHaveLength(getServers().length);
});
