import { beforeEach, expect, test } from 'vitest';
import { useOwnFolder } from './own-folder.ts';
import { runInProcess } from './run-in-process.ts';

const own = useOwnFolder();

/** What was asked in a test. */
let questions: string[];

/** A person who types these answers, and nothing after them. */
function typing(...answers: string[]) {
  return async (question: string) => {
    questions.push(question);
    return answers.shift() ?? '';
  };
}

beforeEach(() => {
  questions = [];
});

test('an account is deleted when its name is typed, and only then', async () => {
  await runInProcess(['account', 'create', 'Help desk'], own.environment);
  expect(await runInProcess(['account', 'delete', '1'], own.environment, typing(''))).toMatchObject({
    exit: 2,
    err: 'letterhead: Nothing was deleted: account 1 is called Help desk.\n',
  });
  expect((await runInProcess(['account', 'delete', '1'], own.environment, typing('Help desk'))).exit).toBe(0);
  expect(questions).toEqual([questions[0], questions[0]]);
  expect(questions[0]).toContain('account 1 with all its domains, keys, tokens and events, for good.');
});

test('a domain is removed when the person who is asked says yes, and only then', async () => {
  await runInProcess(['account', 'create', 'Help desk'], own.environment);
  for (const name of ['example.org', 'example.net'])
    await runInProcess(['domain', 'add', name], own.environment);
  for (const answer of ['', 'n', 'example.net', 'yesterday']) {
    expect(await runInProcess(['domain', 'remove', '1'], own.environment, typing(answer))).toEqual({
      exit: 2,
      out: '',
      err: 'letterhead: Nothing was removed.\n',
    });
  }
  expect(questions[0]).toBe(
    'This removes example.org (domain 1) and its key, for good: added again, it gets other records to publish.\nRemove it? [y/N] ',
  );
  expect(await runInProcess(['domain', 'remove', '1'], own.environment, typing(' Yes'))).toMatchObject({
    exit: 0,
    out: 'Removed example.org.\n',
  });
  expect(questions.length).toBe(5);
  expect((await runInProcess(['domain', 'remove', '2', '--yes'], own.environment, typing('n'))).exit).toBe(0);
  expect(questions.length).toBe(5);
});

test('a token is revoked when the person who is asked says yes, and only then', async () => {
  await runInProcess(['account', 'create', 'Help desk'], own.environment);
  for (const name of ['First', 'Second']) await runInProcess(['token', 'create', name], own.environment);
  expect(await runInProcess(['token', 'revoke', '1'], own.environment, typing('n'))).toEqual({
    exit: 2,
    out: '',
    err: 'letterhead: Nothing was revoked.\n',
  });
  expect(questions).toEqual(['Token 1, First, will stop working at once. Revoke it? [y/N] ']);
  expect((await runInProcess(['token', 'revoke', '1'], own.environment, typing('y'))).exit).toBe(0);
  expect((await runInProcess(['token', 'revoke', '2', '--yes'], own.environment, typing('n'))).exit).toBe(0);
  expect(questions).toHaveLength(2);
});

test.each([
  { words: ['token', 'revoke', '1'], answers: ['y', 'y'] },
  { words: ['account', 'delete', '1'], answers: ['Help desk', 'y'] },
])('$words asks again before nobody can administer any more', async ({ words, answers }) => {
  await runInProcess(['account', 'create', 'Help desk'], own.environment);
  await runInProcess(['token', 'create', '--scope', 'admin'], own.environment);
  const declined = await runInProcess(words, own.environment, typing(answers[0] ?? ''));
  expect(declined.exit).toBe(2);
  expect(questions[1]).toMatch(/^Nobody could administer this installation any more: .+\nGo on\? \[y\/N\] $/);
  expect((await runInProcess(['token', 'list'], own.environment)).out).toContain('admin');
  expect((await runInProcess(words, own.environment, typing(...answers))).exit).toBe(0);
});

test('a script revokes the last admin token only if it says so', async () => {
  await runInProcess(['account', 'create', 'Help desk'], own.environment);
  await runInProcess(['token', 'create', '--scope', 'admin'], own.environment);
  const refused = await runInProcess(['token', 'revoke', '1', '--json'], own.environment);
  expect(refused).toMatchObject({ exit: 3, out: '' });
  expect(JSON.parse(refused.err)).toMatchObject({ code: 'last_admin' });
  expect((await runInProcess(['token', 'revoke', '1', '--confirm', '1'], own.environment)).exit).toBe(0);
});
