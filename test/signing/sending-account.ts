import type { Domain } from '@letterhead/shared';
import { recordFqdn } from '@letterhead/shared';
import type { TestServer } from '../running-server.ts';

/** Adds a domain, publishes its records and has them verified. */
export async function addVerifiedDomain(server: TestServer, name: string, account = 1): Promise<Domain> {
  const domain = await server.letterhead.domains.create.mutate({ account, domain: name });
  publishRecords(server, domain);
  const verified = await server.letterhead.domains.verifyDns.mutate({ account, id: domain.id });
  if (!verified.verified) throw new Error(`${name} was not verified.`);
  return verified;
}

/** Publishes what a domain is to have; every zone that it needs is there already. */
export function publishRecords({ dns }: TestServer, domain: Domain): void {
  for (const { hostname, type, value } of domain.dns_records)
    dns.publish(recordFqdn(hostname, domain), type === 'TXT' ? { TXT: [value] } : { CNAME: value });
}

/** The selector that signs mail from example.org; the code of the refusal where nothing does. */
export async function signsWith({ rest }: TestServer): Promise<string> {
  const { status, body } = await rest('POST', '/accounts/1/sign', {
    json: {
      headers: 'From: help@example.org\r\n',
      body_hash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    },
  });
  return status === 200 ? body.data.selector : body.code;
}

/** The text of the DKIM record of a domain. */
export function keyRecordOf(domain: Domain): string {
  const record = domain.dns_records.find(({ label }) => label === 'DKIM');
  if (record === undefined) throw new Error('The domain has no DKIM record.');
  return record.value;
}
