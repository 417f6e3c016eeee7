/** A company whose name servers many domains use, and how its DNS form wants a record entered. */
export interface Provider {
  readonly name: string;
  /** Matches the names of its name servers, in lower case and without the final dot. */
  readonly servers: RegExp;
  /** Where its customers edit their DNS, or its help page on how to. */
  readonly link: { readonly kind: 'form' | 'help'; readonly url: string };
  /** Its name for the field of the host, which is entered without the zone. Undefined: not documented. */
  readonly hostField?: string;
  /** Its name for the field of a TXT record's value. */
  readonly valueField?: string;
  /** Whether a long TXT value is entered as strings in quotation marks. */
  readonly quotesStrings?: true;
  /** Whether it appends the zone to a CNAME record's target that doesn't end with a dot. */
  readonly dotsTargets?: true;
  /** The public page that describes its form or, where the fields are not documented, its name servers; and the day it was read. */
  readonly source: { readonly url: string; readonly read: string };
}

/** Several may share name servers. Each entry keeps to what its source says. */
export const PROVIDERS: readonly Provider[] = [
  {
    name: 'Cloudflare',
    servers: /\.ns\.cloudflare\.com$/,
    link: form('https://dash.cloudflare.com/?to=/:account/:zone/dns/records'),
    hostField: 'Name',
    valueField: 'Content',
    source: microsoft('create-dns-records-at-cloudflare'),
  },
  {
    name: 'GoDaddy',
    servers: /\.domaincontrol\.com$/,
    link: form('https://dcc.godaddy.com/control/portfolio'),
    hostField: 'Name',
    valueField: 'Value',
    source: read('https://www.godaddy.com/pl-pl/help/dodawanie-rekordu-txt-19232'),
  },
  {
    name: 'Namecheap',
    servers: /\.registrar-servers\.com$/,
    link: form('https://ap.www.namecheap.com/domains/list/'),
    hostField: 'Host',
    valueField: 'Value',
    dotsTargets: true,
    source: microsoft('create-dns-records-at-namecheap'),
  },
  {
    name: 'Amazon Route 53',
    servers: /\.awsdns-\d+\.(?:com|net|org|co\.uk)$/,
    link: form('https://console.aws.amazon.com/route53/v2/hostedzones'),
    hostField: 'Record name',
    valueField: 'Value',
    quotesStrings: true,
    source: read('https://github.com/aws/aws-cdk/issues/9984'),
  },
  {
    name: 'Squarespace',
    // Domains that came from Google Domains kept these servers.
    servers: /^ns-cloud-[a-e]\d\.googledomains\.com$|\.squarespacedns\.com$/,
    link: help('https://support.squarespace.com/hc/en-us/articles/360002101888'),
    source: read('https://github.com/indianajson/can-i-take-over-dns/issues/39'),
  },
  {
    name: 'Google Cloud DNS',
    servers: /^ns-cloud-[a-e]\d\.googledomains\.com$/,
    link: form('https://console.cloud.google.com/net-services/dns/zones'),
    hostField: 'DNS name',
    quotesStrings: true,
    source: read('https://mailhardener.com/blog/how-to-enter-txt-values-in-google-cloud-dns'),
  },
  {
    name: 'Azure DNS',
    servers: /\.azure-dns\.(?:com|net|org|info)$/,
    link: form('https://portal.azure.com/#browse/Microsoft.Network%2FdnsZones'),
    hostField: 'Name',
    valueField: 'Value',
    source: microsoft('create-dns-records-for-azure-dns-zones'),
  },
  {
    name: 'IONOS',
    servers: /\.ui-dns\.(?:com|org|de|biz)$/,
    link: form('https://my.ionos.com/domains'),
    hostField: 'Host name',
    valueField: 'Value',
    source: microsoft('create-dns-records-at-ionos-com'),
  },
  {
    name: 'OVHcloud',
    servers: /\.(?:ovh\.(?:net|ca)|anycast\.me)$/,
    link: form('https://www.ovh.com/manager/#/web/domain'),
    hostField: 'Sub-domain',
    valueField: 'Value',
    dotsTargets: true,
    source: microsoft('create-dns-records-at-ovh'),
  },
  {
    name: 'Hostinger',
    servers: /\.dns-parking\.com$/,
    link: form('https://hpanel.hostinger.com/domains'),
    valueField: 'TXT value',
    source: read('https://support.hostinger.com/en/articles/1583673-what-is-hostinger-spf-record'),
  },
  {
    name: 'Hetzner',
    servers:
      /^(?:(?:hydrogen|oxygen)\.ns\.hetzner\.com|helium\.ns\.hetzner\.de|ns1\.first-ns\.de|robotns2\.second-ns\.de|robotns3\.second-ns\.com|ns1\.your-server\.de|ns\.second-ns\.com|ns3\.second-ns\.de)$/,
    link: form('https://console.hetzner.com/'),
    source: read('https://docs.hetzner.com/networking/dns/migration-to-hetzner-console/process'),
  },
  {
    name: 'Wix',
    servers: /\.wixdns\.net$/,
    link: help('https://support.wix.com/en/article/adding-or-updating-cname-records-in-your-wix-account'),
    hostField: 'Host Name',
    valueField: 'TXT Value',
    source: microsoft('create-dns-records-at-wix'),
  },
  {
    name: 'DreamHost',
    servers: /\.dreamhost\.com$/,
    link: form('https://panel.dreamhost.com/'),
    hostField: 'Name',
    valueField: 'Value',
    dotsTargets: true,
    source: microsoft('create-dns-records-at-dreamhost'),
  },
  {
    name: 'Name.com',
    servers: /^ns\d\w*\.name\.com$/,
    link: form('https://www.name.com/account/domain'),
    hostField: 'Host',
    valueField: 'Answer',
    source: microsoft('create-dns-records-at-name-com'),
  },
  {
    name: 'Network Solutions',
    servers: /\.worldnic\.com$/,
    link: form('https://www.networksolutions.com/manage-it'),
    hostField: 'Host',
    valueField: 'Text',
    dotsTargets: true,
    source: microsoft('create-dns-records-at-network-solutions'),
  },
  {
    name: 'Register.com',
    servers: /^dns\d+\.register\.com$/,
    link: form('https://www.register.com/myaccount/'),
    hostField: 'Host Name',
    valueField: 'TXT Record',
    source: microsoft('create-dns-records-at-register-com'),
  },
  {
    name: 'Hover',
    servers: /^ns\d\.hover\.com$/,
    link: form('https://www.hover.com/domains'),
    hostField: 'Hostname',
    valueField: 'Value',
    source: microsoft('create-dns-records-at-hover'),
  },
  {
    name: 'Bluehost',
    servers: /^ns\d\.bluehost\.com$/,
    link: form('https://my.bluehost.com/cgi/dm'),
    hostField: 'Host Record',
    valueField: 'TXT Value',
    source: microsoft('create-dns-records-at-bluehost'),
  },
  {
    name: '123 Reg',
    servers: /^ns2?\.123-reg\.co\.uk$/,
    link: form('https://www.123-reg.co.uk/secure/cpanel/domain/overview'),
    hostField: 'Hostname',
    valueField: 'Destination TXT/SPF',
    dotsTargets: true,
    source: microsoft('create-dns-records-at-123-reg-co-uk'),
  },
  {
    name: 'easyDNS',
    servers: /^dns\d\.easydns\.(?:com|net|org|ca|info)$/,
    link: form('https://cp.easydns.com/manage/domains/'),
    hostField: 'Host',
    valueField: 'Text',
    dotsTargets: true,
    source: microsoft('set-up-DNS-records-at-easyDNS'),
  },
  {
    name: 'DNS Made Easy',
    servers: /^ns\d+\.dnsmadeeasy\.com$/,
    link: form('https://cp.dnsmadeeasy.com/'),
    hostField: 'Name',
    valueField: 'Value',
    dotsTargets: true,
    source: read('https://help.dnsmadeeasy.com/managed-dns/dns-record-types/txt-record/'),
  },
  {
    name: 'Porkbun',
    servers: /\.porkbun\.com$/,
    link: form('https://porkbun.com/account/domainsSpeedy'),
    source: read('https://resend.com/docs/knowledge-base/porkbun'),
  },
  {
    name: 'Vercel',
    servers: /^ns\d\.vercel-dns\.com$/,
    link: help('https://vercel.com/docs/domains/managing-dns-records'),
    source: read('https://vercel.com/docs/domains/domain-connect.graph.md'),
  },
  {
    name: 'DigitalOcean',
    servers: /^ns\d\.digitalocean\.com$/,
    link: help('https://docs.digitalocean.com/products/networking/dns/how-to/manage-records/'),
    source: read(
      'https://www.digitalocean.com/community/tutorials/how-to-point-to-digitalocean-nameservers-from-common-domain-registrars',
    ),
  },
  {
    name: 'Crazy Domains',
    servers: /^ns\d\.crazydomains\.com$/,
    link: form('https://manage.crazydomains.com/members/domains/'),
    hostField: 'Sub Domain',
    valueField: 'Text Record',
    source: microsoft('create-dns-records-at-crazy-domains'),
  },
  {
    name: 'names.co.uk',
    servers: /^ns\d\.phase8\.net$/,
    link: form('https://account.names.co.uk/dashboard#/'),
    hostField: 'Host name',
    valueField: 'Result',
    source: microsoft('create-dns-records-at-names-co-uk'),
  },
  {
    name: 'Register365',
    servers: /^ns\d\.reg365\.net$/,
    link: form('https://admin.register365.com/dns/'),
    hostField: 'Host name',
    valueField: 'Result',
    source: microsoft('create-dns-records-at-register365'),
  },
  {
    // Its resellers use these servers, too.
    name: 'eNom',
    servers: /^dns\d\.name-services\.com$/,
    link: help(microsoft('create-dns-records-at-enomcentral').url),
    hostField: 'Host Name',
    valueField: 'Address',
    dotsTargets: true,
    source: microsoft('create-dns-records-at-enomcentral'),
  },
  {
    name: 'DNSimple',
    servers: /^ns\d\.dnsimple(?:\.com|-edge\.(?:com|net|io|org))$/,
    link: help('https://support.dnsimple.com/articles/how-to-add-dns-records/'),
    hostField: 'Name',
    valueField: 'Content',
    dotsTargets: true,
    source: read(
      'https://github.com/dnsimple/dnsimple-support/blob/main/content/articles/how-to-add-dns-records.md',
    ),
  },
  {
    name: 'Linode',
    servers: /^ns\d\.linode\.com$/,
    link: form('https://cloud.linode.com/domains'),
    hostField: 'Hostname',
    valueField: 'Value',
    source: read(
      'https://github.com/linode/docs/blob/develop/docs/products/networking/dns-manager/guides/txt-record/index.md',
    ),
  },
  {
    name: 'Rackspace',
    servers: /^dns\d\.stabletransit\.com$/,
    link: form('https://login.rackspace.com/'),
    hostField: 'Hostname',
    valueField: 'Text',
    source: read(
      'https://github.com/rackerlabs/rackspace-how-to/blob/master/content/cloud-dns/create-a-dkim-txt-record.md',
    ),
  },
  {
    name: 'STRATO',
    servers: /^(?:docks|shades)\d+\.rzone\.de$/,
    link: help('https://www.strato.de/faq/domains/was-ist-der-txt-record-und-wie-kann-ich-ihn-verwenden/'),
    hostField: 'Präfix',
    valueField: 'Wert',
    source: read('https://www.strato.de/faq/domains/was-ist-der-txt-record-und-wie-kann-ich-ihn-verwenden/'),
  },
  {
    name: 'ALL-INKL',
    servers: /^ns\d+\.kasserver\.com$/,
    link: help(
      'https://all-inkl.com/wichtig/anleitungen/providerwechsel/einrichtung/dns/dkim-bei-versand-ueber-externe-mailserver_444.html',
    ),
    hostField: 'Name',
    valueField: 'Data',
    source: read(
      'https://all-inkl.com/wichtig/anleitungen/providerwechsel/einrichtung/dns/dkim-bei-versand-ueber-externe-mailserver_444.html',
    ),
  },
  {
    name: 'netcup',
    servers: /^(?:root|second|third)-dns\.netcup\.net$/,
    link: help('https://www.netcup.com/en/helpcenter/documentation/web-hosting/webhosting-dns'),
    hostField: 'Host',
    valueField: 'Destination',
    source: read('https://www.netcup.com/en/helpcenter/documentation/web-hosting/webhosting-dns'),
  },
  {
    name: 'NS1',
    servers: /\.nsone\.net$/,
    link: help('https://help.ns1.com/hc/en-us/articles/360020258073-Creating-a-DNS-record'),
    hostField: 'Name',
    valueField: 'Answers',
    source: read('https://help.ns1.com/hc/en-us/articles/360020258073-Creating-a-DNS-record'),
  },
  {
    // Its DNS is NS1's.
    name: 'Netlify',
    servers: /\.nsone\.net$/,
    link: form('https://app.netlify.com/'),
    source: read('https://gist.github.com/ddeveloperr/fa68dff9fddc1c7c9e47adb37a4cedcd'),
  },
  {
    name: 'Alibaba Cloud DNS',
    servers: /\.(?:hichina|alidns)\.com$/,
    link: help('https://www.alibabacloud.com/help/en/dns/pubz-add-parsing-record'),
    hostField: 'Host',
    valueField: 'Value',
    source: read('https://www.alibabacloud.com/help/en/alidns-intl/latest/record-types'),
  },
  {
    name: 'ClouDNS',
    servers: /^p?ns\d+\.cloudns\.net$/,
    link: form('https://www.cloudns.net/'),
    hostField: 'Host',
    valueField: 'Points to',
    source: read('https://icbs.ro/wiki?article=43'),
  },
  {
    name: 'Scaleway',
    servers: /^ns\d\.dom\.scw\.cloud$/,
    link: form('https://console.scaleway.com/'),
    source: read(
      'https://github.com/scaleway/docs-content/blob/main/pages/domains-and-dns/how-to/manage-dns-records.mdx',
    ),
  },
  {
    name: 'Gcore',
    servers: /^(?:ns1\.gcorelabs\.net|ns2\.gcdn\.services)$/,
    link: form('https://dns.gcore.com/zones'),
    source: read('https://github.com/StackExchange/dnscontrol/blob/main/providers/gcore/gcoreProvider.go'),
  },
];

function form(url: string): Provider['link'] {
  return { kind: 'form', url };
}

function help(url: string): Provider['link'] {
  return { kind: 'help', url };
}

/** Microsoft's guide for customers of a provider, which names the fields of its form. */
function microsoft(guide: string): Provider['source'] {
  return read(
    `https://github.com/MicrosoftDocs/microsoft-365-docs/blob/public/microsoft-365/admin/dns/${guide}.md`,
  );
}

function read(url: string): Provider['source'] {
  return { url, read: '2026-11-26' };
}
