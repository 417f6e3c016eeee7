/** What a domain is made of, in this order, wherever it is given out, and nothing else. */
export const DOMAIN_FIELDS = [
  'id',
  'account_id',
  'domain',
  'subdomain',
  'verified',
  'dns_records',
  'updated_at',
  'created_at',
];
