import { setImmediate as roundOfEventLoop } from 'node:timers/promises';
import type { ErrorBody } from '@letterhead/shared';
import { ErrorBodySchema, IdSchema, JsonSchema, SCOPES } from '@letterhead/shared';
import { z } from 'zod';
import type {
  ZodOpenApiObject,
  ZodOpenApiOperationObject,
  ZodOpenApiOverride,
  ZodOpenApiPathsObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { createDocument } from 'zod-openapi';
import { SIGN_LIMITS } from '../limits.ts';
import type { AppRouter } from '../router/index.ts';
import { describeErrors } from './openapi-errors.ts';
import type { DescribedOperation } from './operations.ts';
import { BASE_PATH } from './rest-adapter.ts';
import { addExamples } from './schema-examples.ts';

const INTRODUCTION = `Sending domains for a help desk: the DNS records to publish, the keys that sign the mail, and whether they are published correctly.

A body is JSON or a form, as \`curl -d\` sends it; fields that it has beyond those named here are ignored. An answer is \`{"data": …}\`, and an error says why in a sentence for a person and with a stable \`code\` for a program. Times are in UTC.`;

const AUTHENTICATION = `Send a token with every request, as \`Authorization: Bearer <access-token>\`. A token is \`lh_\` and 43 characters, and belongs to one account. What it may do are its scopes: ${SCOPES.map((scope) => `\`${scope}\``).join(', ')}, of which \`admin\` implies the others but \`keys:read\`, and reaches every account. \`keys:read\` is for mail servers that fetch private keys, and no use here.`;

/** What each of the router's resources is about. */
const TAGS: Readonly<Record<string, string>> = {
  accounts:
    'An account is one help desk, with its domains and its tokens. Only a token with the scope `admin` reaches another than its own.',
  domains: 'Domains are used to send emails from your help desk account.',
  installation: 'All accounts together, for the operator.',
  keys: 'The DKIM keys that sign a domain’s mail. Their private parts are in no answer of this API.',
  keyZone:
    'The DNS zone of the operator’s that keys of domains are in, where CNAME records of the domains point to.',
  events: 'What happened in an account, oldest first: each change with who made it and when.',
  signing: 'Signatures for outgoing mail, with the keys of the account’s domains.',
  shares:
    'A share link shows one domain to a colleague who has no account: its records, where they stand, and a check of them.',
  share: 'What a share link is good for. Its token has the scope `share`, which no other token has.',
  tokens: 'Tokens are the keys to this API. The secret of each is shown once, when it is made.',
  webhooks:
    'A webhook is sent the events of an account as they happen, signed as [Standard Webhooks](https://www.standardwebhooks.com) says.',
} satisfies Record<keyof AppRouter['_def']['record'] | 'installation', string>;

/** What the status of a success says. */
const SUCCESSES = { 200: 'The answer.', 201: 'What was created.', 204: 'An empty answer.' } as const;

/** What is made of a raw message, whose other fields are in the query. */
const DIGEST = ['headers', 'body_hash'];
const NONE = z.object({});
const MessageSchema = z.string().meta({
  format: 'binary',
  description: `The raw message, at most ${SIGN_LIMITS.messageBytes / 1024 ** 2} MiB.`,
});

const PAGE_HEADERS = z.object({
  Link: z
    .string()
    .optional()
    .meta({ description: 'The next page, with `rel="next"`; absent where this is the last.' }),
});

/**
 * The OpenAPI 3.1 document of the REST API in JSON, written from the router's own schemas. Others have their turn before
 * the operations of each tag: to write all of them takes some 50 ms, the first time.
 */
export async function describeApi(
  operations: readonly DescribedOperation[],
  version: string,
): Promise<string> {
  const document = { ...apiObject([], version), tags: tagsOf(operations), paths: {}, components: {} };
  for (const { name } of document.tags) {
    await roundOfEventLoop();
    const part = apiObject(
      operations.filter((operation) => tagOf(operation) === name),
      version,
    );
    const written = JSON.parse(JSON.stringify(createDocument(part, { override: describeSpecial })));
    addExamples(written);
    addTo(document.paths, written.paths);
    addTo(document.components, written.components);
  }
  return JSON.stringify(document);
}

/** Adds paths with their methods, or kinds of components with those of a kind by name. */
function addTo(known: Record<string, object>, added: Readonly<Record<string, object>>): void {
  for (const [key, values] of Object.entries(added)) known[key] = { ...known[key], ...values };
}

function apiObject(operations: readonly DescribedOperation[], version: string): ZodOpenApiObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Letterhead',
      version,
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: BASE_PATH }],
    security: [{ token: [] }],
    tags: tagsOf(operations),
    paths: describePaths(operations),
    components: {
      // Any JSON at all refers to itself, so it needs a name; zod would number it.
      schemas: { Json: JsonSchema },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: AUTHENTICATION },
      },
    },
  };
}

function tagOf(operation: DescribedOperation): string {
  return operation.procedure.split('.', 1)[0] ?? operation.procedure;
}

function tagsOf(operations: readonly DescribedOperation[]) {
  return [...new Set(operations.map(tagOf))].map(describeTag);
}

function describeTag(name: string): { name: string; description?: string } {
  const description = TAGS[name];
  return description === undefined ? { name } : { name, description };
}

function describePaths(operations: readonly DescribedOperation[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const { method, path } = operation.meta.rest;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(operation) };
  }
  return paths;
}

function describeOperation(operation: DescribedOperation): ZodOpenApiOperationObject {
  const { summary, description, scope } = operation.meta;
  const needs = scope === null ? 'Any token will do.' : `Needs the scope \`${scope}\`.`;
  return {
    operationId: operation.procedure,
    tags: [tagOf(operation)],
    summary,
    description: [description, needs].filter((part) => part !== undefined).join(' '),
    ...describeInput(operation),
    responses: { ...describeSuccess(operation), ...describeErrors(operation) },
  };
}

function describeInput({
  input,
  pathParameters,
  takesBody,
  meta: { rest },
}: DescribedOperation): Pick<ZodOpenApiOperationObject, 'requestParams' | 'requestBody'> {
  const fields = fieldsBeyond(input, pathParameters);
  const hasFields = Object.keys(fields.shape).length > 0;
  const besideMessage =
    rest.takesMessage === true ? fieldsBeyond(input, [...pathParameters, ...DIGEST]) : NONE;
  const content = {
    ...(hasFields && {
      'application/json': { schema: fields },
      'application/x-www-form-urlencoded': { schema: fields },
    }),
    ...(rest.takesMessage === true ? { 'message/rfc822': { schema: MessageSchema } } : {}),
  };
  const hasBody = takesBody && Object.keys(content).length > 0;
  return {
    requestParams: { path: describePathParameters(rest.path), query: takesBody ? besideMessage : fields },
    ...(hasBody ? { requestBody: { required: !hasFields || !fields.safeParse({}).success, content } } : {}),
  };
}

/** The adapter takes positive integers there and nothing else; the path itself says whose: `/domains/{id}`. */
function describePathParameters(path: string): z.ZodObject {
  const places = [...path.matchAll(/(\w+)s\/\{(\w+)\}/g)];
  return z.object(
    Object.fromEntries(
      places.map(([, owner, name = '']) => [
        name,
        IdSchema.meta({ description: `The id of the ${owner}.`, example: 1 }),
      ]),
    ),
  );
}

function fieldsBeyond(input: z.ZodObject | null, names: readonly string[]): z.ZodObject {
  return z.object(
    Object.fromEntries(Object.entries(input?.shape ?? {}).filter(([name]) => !names.includes(name))),
  );
}

function describeSuccess(operation: DescribedOperation): ZodOpenApiResponsesObject {
  const { status, contentType } = operation.meta.rest;
  const description = SUCCESSES[status];
  if (operation.output === null) return { [`${status}`]: { description } };
  const content =
    contentType === undefined
      ? { 'application/json': { schema: z.object({ data: operation.output }) } }
      : { [contentType.split(';', 1)[0] ?? contentType]: { schema: operation.output } };
  const headers = isPaged(operation) ? { headers: PAGE_HEADERS } : {};
  return { [`${status}`]: { description, ...headers, content } };
}

function isPaged(operation: DescribedOperation): boolean {
  const fields = operation.input?.shape ?? {};
  return 'limit' in fields && 'after' in fields;
}

const ERROR_EXAMPLE: ErrorBody = {
  message: 'Type the name of a domain, such as example.org.',
  code: 'invalid',
  errors: { domain: ['Type the name of a domain, such as example.org.'] },
};

/** What zod cannot say of itself: a date has no JSON type, and an error is best seen whole. */
const describeSpecial: ZodOpenApiOverride = ({ jsonSchema, zodSchema }) => {
  if (zodSchema._zod.def.type === 'date') {
    jsonSchema.type = 'string';
    jsonSchema.format = 'date-time';
    jsonSchema.examples = ['2019-04-25T17:51:31+00:00'];
  }
  if (zodSchema === ErrorBodySchema) jsonSchema.examples = [ERROR_EXAMPLE];
};
