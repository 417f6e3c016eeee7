import { describe, expect, test } from 'vitest';
import { CheckFixture } from './check-fixture.ts';
import { OUR_KEY, SELECTOR, sendingDomain } from './sending-domain.ts';

const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS = `k=rsa;p=${OUR_KEY}`;

async function checkWith(...values: (string | string[])[]) {
  await using scene = await CheckFixture.set();
  scene.servers.publish(FQDN, { TXT: values });
  return await scene.check(sendingDomain());
}

describe('the text of a key record', () => {
  test.each<[string, (string | string[])[], string]>([
    [
      'in how they are cut',
      [
        [OURS.slice(0, 255), OURS.slice(255)],
        [OURS.slice(0, 200), OURS.slice(200)],
      ],
      'same-text',
    ],
    ['in a space at the end', [OURS, `${OURS} `], 'white-space'],
    ['in a line break', [OURS.replace(';', ';\n'), OURS], 'white-space'],
  ])(
    'copies of our record that differ %s are both shown, and one takes the place of both',
    async (_, values, copies) => {
      const { dkim, finding } = await checkWith(...values);
      expect(finding).toMatchObject({ code: 'MULTIPLE_RECORDS', others: 1, copies });
      expect(dkim.found).toHaveLength(2);
      expect(dkim.action).toMatchObject({
        kind: 'replace',
        value: OURS,
        remove: [{ type: 'TXT', count: 2 }],
      });
    },
  );

  test('another record beside ours is named as the one to remove, and ours as the one to keep', async () => {
    const { dkim, finding } = await checkWith(OURS, 'v=spf1 -all');
    expect(finding).toMatchObject({ code: 'MULTIPLE_RECORDS', others: 1, copies: null });
    expect(dkim.action).toMatchObject({ kind: 'remove', value: OURS, remove: [{ values: ['v=spf1 -all'] }] });
  });

  test.each([
    [`v = DKIM1; ${OURS}`, 'spaced-equals'],
    [`s=email:tlsrpt; ${OURS}`, 'service-list'],
    [`g=nobody; ${OURS}`, 'granularity'],
  ])('a right record that some receivers do not take is verified with a note: %s', async (value, pitfall) => {
    const { dkim, finding } = await checkWith(value);
    expect(dkim).toMatchObject({ code: 'OK', state: 'valid', fix: null });
    expect(finding.notes).toEqual([{ kind: 'pitfall', pitfall }]);
  });

  test('our key alone is said to lack its p=', async () => {
    const { finding } = await checkWith(`${OUR_KEY.slice(0, 100)} ${OUR_KEY.slice(100)}`);
    expect(finding).toMatchObject({ code: 'BAD_SYNTAX', problem: 'there is no p= before the key' });
  });

  test('an empty record is shown as it is, and called empty', async () => {
    const { dkim } = await checkWith('');
    expect(dkim).toMatchObject({ code: 'BAD_SYNTAX', found: [''], nameservers: [{ values: [''] }] });
    expect(dkim.detail).toMatch(/it is empty\.$/);
  });

  test('a key that lost a character says after which one', async () => {
    const { finding } = await checkWith(`k=rsa;p=${OUR_KEY.slice(0, -6)}${OUR_KEY.slice(-5)}`);
    expect(finding).toMatchObject({
      code: 'KEY_DAMAGED',
      damage: { kind: 'missing', count: 1 },
      fullLength: 392,
    });
  });

  test.each([
    ['k=rsa\\;p=', '', 'before-semicolon'],
    ['k=rsa;p=', '\\', 'end'],
    ['k=rsa;p\\=', '', 'elsewhere'],
  ])('a backslash in our record is said to be where it is: %s…%s', async (begin, end, place) => {
    const { finding } = await checkWith(`${begin}${OUR_KEY}${end}`);
    expect(finding).toMatchObject({ code: 'ESCAPED_SEMICOLON', place });
  });
});
