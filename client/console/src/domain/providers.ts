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
  /** The public page that says so, and the day when it was read. */
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
