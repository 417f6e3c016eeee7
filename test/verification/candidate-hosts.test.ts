import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidateHosts } from '../../server/verification/survey/candidate-hosts.ts';

const label = fc.stringMatching(/^[a-z0-9]{1,12}$/);

function placeOf(subdomain: string | null, zone: string | null = 'example.org') {
  const host = subdomain === null ? 'abc._domainkey' : `abc._domainkey.${subdomain}`;
  return { fqdn: `${host}.example.org`, registrable: 'example.org', subdomain, selector: 'abc', zone };
}

describe('where a record may have landed', () => {
  test('the candidate hosts of a domain cover a doubled name and the usual wrong places', () => {
    const names = candidateHosts(placeOf(null));
    const doubled = names.filter(({ mistake }) => mistake === 'doubled').map(({ name }) => name);
    expect(doubled).toContain('abc._domainkey.example.org.example.org');
    const elsewhere = names.filter(({ mistake }) => mistake === 'elsewhere').map(({ name }) => name);
    expect(elsewhere).toEqual(expect.arrayContaining(['example.org', 'abc.example.org']));
  });

  test('the candidate hosts of a subdomain cover every zone that can hold it', () => {
    const names = candidateHosts(placeOf('mail'));
    expect(names).toEqual(
      expect.arrayContaining([
        { name: 'abc._domainkey.mail.example.org.example.org', zone: 'example.org', mistake: 'doubled' },
        { name: 'abc._domainkey.mail.mail.example.org', zone: 'mail.example.org', mistake: 'doubled' },
        {
          name: 'abc._domainkey.mail.example.org.mail.example.org',
          zone: 'mail.example.org',
          mistake: 'doubled',
        },
        { name: 'abc._domainkey.example.org', zone: 'example.org', mistake: 'elsewhere' },
      ]),
    );
  });

  test('the candidate hosts cover a zone above the registrable domain', () => {
    const place = {
      ...placeOf(null, 'internal'),
      fqdn: 'abc._domainkey.corp.internal',
      registrable: 'corp.internal',
    };
    expect(candidateHosts(place).map(({ name }) => name)).toContain('abc._domainkey.corp.internal.internal');
  });

  test('a candidate host is never the right one, never repeated, never a name that cannot be asked for, and there are few of them', () => {
    const subdomain = fc.option(
      fc.array(label, { minLength: 1, maxLength: 30 }).map((labels) => labels.join('.')),
    );
    fc.assert(
      fc.property(subdomain, (sub) => {
        const place = placeOf(sub);
        const names = candidateHosts(place).map(({ name }) => name);
        expect(names).not.toContain(place.fqdn);
        expect(new Set(names).size).toBe(names.length);
        expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(253);
        expect(names.length).toBeLessThanOrEqual(45);
      }),
    );
  });
});
