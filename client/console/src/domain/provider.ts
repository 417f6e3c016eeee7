/** A company whose name servers many domains use, and the habits of its DNS form. */
export interface Provider {
  readonly name: string;
  /** Where its customers edit their DNS. */
  readonly page: string;
  /** What ends the names of its servers. */
  readonly servers: RegExp;
  /** What it calls the field for the host. */
  readonly hostField: string;
  /** Whether the form adds the domain to the host by itself. */
  readonly appendsDomain: boolean;
  /** Whether a long value has to be typed as strings in quotation marks. */
  readonly wantsQuotedStrings: boolean;
}

const SHORT_NAMES = { appendsDomain: true, wantsQuotedStrings: false } as const;

/** The ten most used. */
const PROVIDERS: readonly Provider[] = [
  {
    name: 'Cloudflare',
    page: 'https://dash.cloudflare.com/?to=/:account/:zone/dns/records',
    servers: /\.ns\.cloudflare\.com$/,
    hostField: 'Name',
    ...SHORT_NAMES,
  },
  {
    name: 'GoDaddy',
    page: 'https://dcc.godaddy.com/control/portfolio',
    servers: /\.domaincontrol\.com$/,
    hostField: 'Name',
    ...SHORT_NAMES,
  },
  {
    name: 'Namecheap',
    page: 'https://ap.www.namecheap.com/domains/list/',
    servers: /\.registrar-servers\.com$/,
    hostField: 'Host',
    ...SHORT_NAMES,
  },
  {
    name: 'Amazon Route 53',
    page: 'https://console.aws.amazon.com/route53/v2/hostedzones',
    servers: /\.awsdns-\d+\.(?:com|net|org|co\.uk)$/,
    hostField: 'Record name',
    appendsDomain: true,
    wantsQuotedStrings: true,
  },
  {
    name: 'Google Cloud DNS',
    page: 'https://console.cloud.google.com/net-services/dns/zones',
    servers: /^ns-cloud-[a-e]\d\.googledomains\.com$/,
    hostField: 'DNS name',
    appendsDomain: true,
    wantsQuotedStrings: true,
  },
  {
    name: 'Azure DNS',
    page: 'https://portal.azure.com/#browse/Microsoft.Network%2FdnsZones',
    servers: /\.azure-dns\.(?:com|net|org|info)$/,
    hostField: 'Name',
    ...SHORT_NAMES,
  },
  {
    name: 'IONOS',
    page: 'https://my.ionos.com/domains',
    servers: /\.ui-dns\.(?:com|org|de|biz)$/,
    hostField: 'Host name',
    ...SHORT_NAMES,
  },
  {
    name: 'OVHcloud',
    page: 'https://www.ovh.com/manager/#/web/domain',
    servers: /\.(?:ovh\.(?:net|ca)|anycast\.me)$/,
    hostField: 'Sub-domain',
    ...SHORT_NAMES,
  },
  {
    name: 'Hostinger',
    page: 'https://hpanel.hostinger.com/domains',
    servers: /\.dns-parking\.com$/,
    hostField: 'Name',
    ...SHORT_NAMES,
  },
  {
    name: 'Hetzner',
    page: 'https://dns.hetzner.com/',
    servers: /\.(?:ns\.hetzner\.(?:com|de)|first-ns\.de|second-ns\.(?:com|de))$/,
    hostField: 'Name',
    ...SHORT_NAMES,
  },
];

/** Recognised by the names of the zone's servers; null where they are nobody's of the table, or not all the same one's. */
export function recognizeProvider(servers: readonly string[]): Provider | null {
  const [first] = servers;
  if (first === undefined) return null;
  const provider = PROVIDERS.find(({ servers: pattern }) => pattern.test(dotless(first)));
  return provider !== undefined && servers.every((server) => provider.servers.test(dotless(server)))
    ? provider
    : null;
}

function dotless(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
