import { HttpClient } from '../http-client.ts';
import { startLetterhead, TOKEN } from '../letterhead-server.ts';

/** A domain as far as its zone has to know it. */
export interface NewDomain {
  readonly domain: string;
  /** Where REST serves it. */
  readonly path: string;
  /** The DKIM record: the host name relative to the registrable domain, and what to publish there. */
  readonly hostname: string;
  readonly value: string;
  /** All of its records, the DKIM record among them. */
  readonly records: readonly {
    /** TXT unless it is given. */
    readonly type?: string;
    readonly hostname: string;
    readonly value: string;
  }[];
}

const ACCOUNTS = 10;
/** With more, each create would write a large file. */
const DOMAINS_PER_ACCOUNT = 100;

/** Creates domains over REST in a new data folder, in several accounts; the server is stopped again. */
export async function createDomains(
  dataDir: string,
  names: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<NewDomain[]> {
  await using letterhead = await startLetterhead(dataDir, { environment });
  using client = new HttpClient(letterhead.url, TOKEN);
  const left = names.values();
  const accounts = Math.max(ACCOUNTS, names.length / DOMAINS_PER_ACCOUNT);
  const made = await Promise.all(
    Array.from({ length: accounts }, async (_, at) => {
      const account = await create(client, '/api/v1/accounts', { name: `Help desk ${at + 1}` });
      const domains: NewDomain[] = [];
      for (const domain of left) {
        const list = `/api/v1/accounts/${account.id}/domains`;
        const { id, dns_records } = await create(client, list, { domain });
        const { hostname, value } = dns_records[0];
        domains.push({ domain, path: `${list}/${id}`, hostname, value, records: dns_records });
      }
      return domains;
    }),
  );
  return made.flat();
}

async function create(client: HttpClient, path: string, body: object) {
  return JSON.parse(await client.post(path, body)).data;
}
