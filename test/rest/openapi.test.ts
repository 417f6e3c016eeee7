import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { describeApi } from '../../server/rest/openapi.ts';
import { DOMAIN_FIELDS } from '../contract/domain-fields.ts';
import { DESCRIBED_OPERATIONS } from './described-operations.ts';

const require = createRequire(import.meta.url);
const text = await describeApi(DESCRIBED_OPERATIONS, '1.2.3');
const document = JSON.parse(text);

/** Problems that redocly's recommended rules report in a document. */
async function lint(json: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-openapi-'));
  try {
    await writeFile(join(folder, 'openapi.json'), json);
    const cli = join(dirname(require.resolve('@redocly/cli/package.json')), 'bin/cli.js');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cli, 'lint', 'openapi.json', '--extends=recommended', '--format=json'],
      {
        cwd: folder,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      },
    ).catch((error: { code: number; stdout: string }) => error);
    return JSON.parse(stdout).problems.map(
      (problem: { ruleId: string; message: string }) => `${problem.ruleId}: ${problem.message}`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the OpenAPI document passes the recommended rules of redocly', async () => {
  expect(await lint(text)).toEqual([]);
});

test('a tag without its description fails the rules of redocly', async () => {
  const tags = [{ name: 'domains' }, ...document.tags.slice(1)];
  expect(await lint(JSON.stringify({ ...document, tags }))).toEqual([
    expect.stringContaining('tag-description'),
  ]);
});

test.each(DESCRIBED_OPERATIONS)(
  'the OpenAPI document describes $procedure at its method and path',
  ({ procedure, meta, pathParameters }) => {
    const described = document.paths[meta.rest.path][meta.rest.method.toLowerCase()];
    expect(described).toMatchObject({ operationId: procedure, summary: meta.summary });
    expect(Object.keys(described.responses)).toContain(`${meta.rest.status}`);
    const named = (described.parameters ?? []).filter((each: { in: string }) => each.in === 'path');
    expect(named.map((each: { name: string }) => each.name)).toEqual(pathParameters);
    for (const parameter of named)
      expect(parameter).toMatchObject({ required: true, schema: { type: 'integer' } });
  },
);

test('the OpenAPI document takes a body as JSON and as a form, and requires it where a field is required', () => {
  const { requestBody } = document.paths['/accounts/{account}/domains'].post;
  expect(requestBody.required).toBe(true);
  const { 'application/json': json, 'application/x-www-form-urlencoded': form } = requestBody.content;
  expect(json.schema).toMatchObject({ properties: { domain: { type: 'string' } }, required: ['domain'] });
  expect(form).toEqual(json);
  expect(document.paths['/accounts/{account}'].patch.requestBody.required).toBe(false);
});

test('the OpenAPI document requires a raw message where there is nothing else to send', () => {
  const { requestBody } = document.paths['/accounts/{account}/domains/{id}/proof'].post;
  expect(requestBody.required).toBe(true);
  expect(Object.keys(requestBody.content)).toEqual(['message/rfc822']);
});

test('the OpenAPI document names each response after its errors, each of which it gives once', () => {
  for (const [name, { content }] of Object.entries<{ content: Record<string, { examples: object }> }>(
    document.components.responses,
  ))
    expect(name.split('Or')).toHaveLength(Object.keys(content['application/json']?.examples ?? {}).length);
});

test('the OpenAPI document gives the domain its eight fields, in their order, with times as text', () => {
  const { properties, required } = document.components.schemas.Domain;
  expect(Object.keys(properties)).toEqual(DOMAIN_FIELDS);
  expect(required).toEqual(DOMAIN_FIELDS);
  expect(properties.created_at).toMatchObject({ type: 'string', format: 'date-time' });
});

test('the OpenAPI document names the errors of an operation by status and code, and none that it cannot return', () => {
  const { post, get } = document.paths['/accounts/{account}/domains'];
  expect(
    Object.keys(
      document.components.responses[post.responses['422'].$ref.split('/').at(-1)].content['application/json']
        .examples,
    ),
  ).toEqual(['invalid', 'domain_taken', 'quota_exceeded']);
  expect(Object.keys(get.responses)).not.toContain('415');
  const { delete: remove } = document.paths['/accounts/{account}/domains/{id}'];
  expect(Object.keys(remove.responses)).toEqual(expect.arrayContaining(['400', '413', '415']));
  expect(Object.keys(document.paths['/token'].get.responses)).not.toContain('404');
});
