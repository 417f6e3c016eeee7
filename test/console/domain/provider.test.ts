import { DIAGNOSIS_CODES, type DiagnosisCode } from '@letterhead/shared';
import { describe, expect, test } from 'vitest';
import {
  quotesStrings,
  recognizeProviders,
  spellingFor,
} from '../../../client/console/src/instructions/provider.ts';
import { PROVIDERS } from '../../../client/console/src/instructions/providers.ts';

const LONG_VALUE = `k=rsa;p=${'A'.repeat(392)}`;
const ABOUT_QUOTES: readonly DiagnosisCode[] = [
  'QUOTES_IN_VALUE',
  'ESCAPED_SEMICOLON',
  'TXT_SPLIT_INTO_RECORDS',
];

describe('providers are recognized by the names of a zone’s servers', () => {
  test.each([
    [['Cloudflare'], ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com']],
    [['GoDaddy'], ['ns01.domaincontrol.com', 'ns02.domaincontrol.com']],
    [['Namecheap'], ['dns1.registrar-servers.com', 'dns2.registrar-servers.com']],
    [['Amazon Route 53'], ['ns-1202.awsdns-22.org', 'ns-1707.awsdns-21.co.uk', 'NS-5.awsdns-00.com.']],
    [
      ['Squarespace', 'Google Cloud DNS'],
      ['ns-cloud-a1.googledomains.com', 'ns-cloud-a2.googledomains.com'],
    ],
    [['Squarespace'], ['connect1.squarespacedns.com', 'connect2.squarespacedns.com']],
    [['Azure DNS'], ['ns1-05.azure-dns.com', 'ns2-05.azure-dns.net', 'ns3-05.azure-dns.org']],
    [['IONOS'], ['ns1045.ui-dns.com', 'ns1122.ui-dns.biz', 'ns1021.ui-dns.de']],
    [['OVHcloud'], ['dns10.ovh.net', 'ns10.ovh.net']],
    [['Hostinger'], ['ns1.dns-parking.com', 'ns2.dns-parking.com']],
    [['Hetzner'], ['hydrogen.ns.hetzner.com', 'oxygen.ns.hetzner.com', 'helium.ns.hetzner.de']],
    [['Hetzner'], ['ns1.first-ns.de', 'robotns2.second-ns.de', 'robotns3.second-ns.com']],
    [['Hetzner'], ['ns1.your-server.de', 'ns.second-ns.com', 'ns3.second-ns.de']],
    [['Wix'], ['ns0.wixdns.net', 'ns1.wixdns.net']],
    [['DreamHost'], ['ns1.dreamhost.com', 'ns2.dreamhost.com']],
    [['Name.com'], ['ns1kpv.name.com', 'ns2fkr.name.com']],
    [['Network Solutions'], ['ns51.worldnic.com', 'ns52.worldnic.com']],
    [['Register.com'], ['dns101.register.com', 'dns102.register.com']],
    [['Hover'], ['ns1.hover.com', 'ns2.hover.com']],
    [['Bluehost'], ['ns1.bluehost.com', 'ns2.bluehost.com']],
    [['123 Reg'], ['ns.123-reg.co.uk', 'ns2.123-reg.co.uk']],
    [['easyDNS'], ['dns1.easydns.com', 'dns2.easydns.net']],
    [['DNS Made Easy'], ['ns10.dnsmadeeasy.com', 'ns11.dnsmadeeasy.com']],
    [['Porkbun'], ['maceio.porkbun.com', 'curitiba.ns.porkbun.com']],
    [['Vercel'], ['ns1.vercel-dns.com', 'ns2.vercel-dns.com']],
    [['DigitalOcean'], ['ns1.digitalocean.com', 'ns2.digitalocean.com']],
    [['Crazy Domains'], ['ns1.crazydomains.com', 'ns2.crazydomains.com']],
    [['names.co.uk'], ['ns0.phase8.net', 'ns1.phase8.net', 'ns2.phase8.net']],
    [['Register365'], ['ns0.reg365.net', 'ns1.reg365.net', 'ns2.reg365.net']],
    [['eNom'], ['dns1.name-services.com', 'dns2.name-services.com']],
    [['DNSimple'], ['ns1.dnsimple-edge.com', 'ns2.dnsimple-edge.net', 'ns3.dnsimple-edge.io']],
    [['DNSimple'], ['ns1.dnsimple.com', 'ns2.dnsimple.com']],
    [['Linode'], ['ns1.linode.com', 'ns5.linode.com']],
    [['Rackspace'], ['dns1.stabletransit.com', 'dns2.stabletransit.com']],
    [['STRATO'], ['docks03.rzone.de', 'shades16.rzone.de']],
    [['ALL-INKL'], ['ns5.kasserver.com', 'ns6.kasserver.com']],
    [['netcup'], ['root-dns.netcup.net', 'second-dns.netcup.net', 'third-dns.netcup.net']],
    [
      ['NS1', 'Netlify'],
      ['dns1.p01.nsone.net', 'dns2.p01.nsone.net'],
    ],
    [['Alibaba Cloud DNS'], ['dns15.hichina.com', 'dns16.hichina.com']],
    [['ClouDNS'], ['pns41.cloudns.net', 'pns42.cloudns.net']],
    [['Scaleway'], ['ns0.dom.scw.cloud', 'ns1.dom.scw.cloud']],
    [['Gcore'], ['ns1.gcorelabs.net', 'ns2.gcdn.services']],
  ])('%s', (names, servers) => {
    expect(recognizeProviders(servers).map(({ name }) => name)).toEqual(names);
  });

  test.each([
    ['nobody’s', ['ns1.example.org', 'ns2.example.org']],
    ['none', []],
    ['of two companies', ['ada.ns.cloudflare.com', 'ns1.dns-parking.com']],
    ['a name that only contains one', ['ns.cloudflare.com.example.org']],
    ['a server that Hetzner rents out', ['static.88-198-0-1.clients.your-server.de']],
  ])('no provider is recognized from these name servers: %s', (_, servers) => {
    expect(recognizeProviders(servers)).toEqual([]);
  });
});

test('forty providers are known, each once', () => {
  expect(new Set(PROVIDERS.map(({ name }) => name)).size).toBe(40);
  expect(PROVIDERS).toHaveLength(40);
});

describe.each([null, ...PROVIDERS])('what is to be typed at $name', (provider) => {
  test.each(DIAGNOSIS_CODES)('holds no quotation mark after a problem with them: %s', (code) => {
    const typed = spellingFor(provider, ['OK', code])({ type: 'TXT', value: LONG_VALUE });
    const isQuoted = provider?.quotesStrings === true && !ABOUT_QUOTES.includes(code);
    expect(typed.includes('"')).toBe(isQuoted);
    expect(quotesStrings(provider, ['OK', code])).toBe(isQuoted);
    expect(typed.replaceAll('" "', '').replaceAll('"', '')).toBe(LONG_VALUE);
  });
});

test('the target of a CNAME record ends with a dot where the form appends the zone to one without', () => {
  const target = { type: 'CNAME', value: 'bounces.example.com' } as const;
  for (const provider of PROVIDERS) {
    const dot = provider.dotsTargets === true ? '.' : '';
    expect(spellingFor(provider, [])(target)).toBe(`bounces.example.com${dot}`);
  }
  expect(spellingFor(null, [])(target)).toBe('bounces.example.com');
});

test.each(PROVIDERS)('what is said of $name has a source and a day, and its links are secure', (provider) => {
  const { link, source } = provider;
  for (const url of [link.url, source.url]) expect(new URL(url).protocol).toBe('https:');
  expect(source.read).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
  expect(link.url).not.toContain('dns.hetzner.com');
});
