import { describe, expect, test } from 'vitest';
import { recognizeProvider } from '../../client/console/src/domain/provider.ts';

describe('the provider, by the names of a zone’s servers', () => {
  test.each([
    ['Cloudflare', ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com']],
    ['GoDaddy', ['ns01.domaincontrol.com', 'ns02.domaincontrol.com']],
    ['Namecheap', ['dns1.registrar-servers.com', 'dns2.registrar-servers.com']],
    ['Amazon Route 53', ['ns-1202.awsdns-22.org', 'ns-1707.awsdns-21.co.uk', 'NS-5.awsdns-00.com.']],
    ['Google Cloud DNS', ['ns-cloud-a1.googledomains.com', 'ns-cloud-a2.googledomains.com']],
    ['Azure DNS', ['ns1-05.azure-dns.com', 'ns2-05.azure-dns.net', 'ns3-05.azure-dns.org']],
    ['IONOS', ['ns1045.ui-dns.com', 'ns1122.ui-dns.biz', 'ns1021.ui-dns.de']],
    ['OVHcloud', ['dns10.ovh.net', 'ns10.ovh.net']],
    ['Hostinger', ['ns1.dns-parking.com', 'ns2.dns-parking.com']],
    ['Hetzner', ['hydrogen.ns.hetzner.com', 'helium.ns.hetzner.de']],
  ])('%s is recognized by the name servers of a zone', (name, servers) => {
    expect(recognizeProvider(servers)?.name).toBe(name);
  });

  test.each([
    ['nobody’s', ['ns1.example.org', 'ns2.example.org']],
    ['none', []],
    ['of two companies', ['ada.ns.cloudflare.com', 'ns1.dns-parking.com']],
    ['a name that only contains one', ['ns.cloudflare.com.example.org']],
  ])('no provider is recognized from these name servers: %s', (_, servers) => {
    expect(recognizeProvider(servers)).toBeNull();
  });
});
