import { isIP } from 'node:net';
import { LetterheadError, TOKEN_PATTERN } from '@letterhead/shared';
import { z } from 'zod';
import type { ServerAddress } from './dns/server-address.ts';
import { parseServerAddress } from './dns/server-address.ts';
import { parseDomainName } from './domains/domain-name.ts';

/** The environment, read once; a bad value stops the start with one line that names it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const NumberSchema = z
  .string()
  .regex(/^\d{1,9}$/, 'give a whole number in digits')
  .transform(Number);
const PortSchema = NumberSchema.refine((port) => port <= 65_535, 'give a port, at most 65535');
const YesNoSchema = z.enum(['true', 'false'], 'give true or false').transform((text) => text === 'true');

const EnvironmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: PortSchema.default(3000),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z.string().transform(parseDatabaseUrl).nullable().default(null),
  DATABASE_POOL: NumberSchema.refine((count) => count >= 3, 'allow at least 3').default(10),
  SECRET_KEY: z.string().transform(parseSecretKey).nullable().default(null),
  BOOTSTRAP_TOKEN: z
    .string()
    .regex(TOKEN_PATTERN, 'must be lh_ and 43 base64url characters')
    .nullable()
    .default(null),
  DNS_SERVERS: z.string().transform(parseResolvers).nullable().default(null),
  DNS_ALLOW_PRIVATE: YesNoSchema.default(false),
  DNS_AUTHORITY_PORT: PortSchema.refine((port) => port > 0, 'give a port from 1 on').default(53),
  RETURN_PATH_HOST: z.string().transform(parseHost).nullable().default(null),
  MAX_DOMAINS_PER_ACCOUNT: NumberSchema.refine((count) => count > 0, 'allow at least 1').default(1000),
  RATE_LIMIT_PER_MINUTE: NumberSchema.default(600),
  CORS_ORIGINS: z.string().transform(parseOrigins).default([]),
  PUBLIC_URL: z.string().transform(parsePublicUrl).nullable().default(null),
  TRUST_PROXY: z.string().transform(parseProxies).default(false),
  LOG_LEVEL: z.enum(LOG_LEVELS, `give one of ${LOG_LEVELS.join(', ')}`).default('info'),
});

export type Settings = Readonly<z.infer<typeof EnvironmentSchema>>;

/**
 * Reads the settings from an environment; an empty value is as good as none.
 * Throws `SettingsError` with one line that names the first bad one.
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.keys(EnvironmentSchema.shape)
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = EnvironmentSchema.safeParse(given);
  if (parsed.success) return withSecretKey(parsed.data);
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? 'the environment';
  // The value itself is not repeated: it can be a secret.
  throw new SettingsError(`The setting ${name} cannot be used: ${issue?.message ?? 'it is not valid'}.`);
}

/** Each server would else make a key of its own. */
function withSecretKey(settings: Settings): Settings {
  if (settings.DATABASE_URL !== null && settings.SECRET_KEY === null)
    throw new SettingsError(
      'The setting SECRET_KEY is missing, which DATABASE_URL needs: give all servers the same 32 bytes in base64, such as `openssl rand -base64 32` prints.',
    );
  return settings;
}

/** `postgres://user:password@one.example.org:5432,two.example.org/letterhead`: an address for each host. */
function parseDatabaseUrl(text: string, context: z.RefinementCtx): string[] {
  const [, before = '', hosts = '', after = ''] =
    /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(\/[^/?]+(?:\?.*)?)$/.exec(text) ?? [];
  const urls = hosts.split(',').map((host) => `${before}${host.trim()}${after}`);
  if (after === '' || !urls.every((url) => URL.canParse(url))) {
    context.addIssue({
      code: 'custom',
      message:
        'give an address such as postgres://user:password@db.example.org:5432/letterhead, with commas between several hosts',
    });
  }
  return urls;
}

function parseSecretKey(text: string, context: z.RefinementCtx): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== 32) {
    context.addIssue({
      code: 'custom',
      message: 'give 32 bytes in base64, such as `openssl rand -base64 32` prints',
    });
  }
  return key;
}

function parseResolvers(text: string, context: z.RefinementCtx): ServerAddress[] {
  return text.split(',').flatMap((part) => {
    const server = parseServerAddress(part.trim());
    if (server === undefined) {
      context.addIssue({
        code: 'custom',
        message: `give addresses as ip or ip:port, which "${part.trim()}" is not`,
      });
    }
    return server ?? [];
  });
}

function parseHost(text: string, context: z.RefinementCtx): string {
  try {
    return parseDomainName(text).name;
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: error instanceof LetterheadError ? error.message : 'not a host name',
    });
    return z.NEVER;
  }
}

/** `https://desk.example.org,https://console.example.org`. */
function parseOrigins(text: string, context: z.RefinementCtx): string[] {
  return text.split(',').map((part) => {
    const url = URL.parse(part.trim());
    if (url === null || url.origin !== part.trim()) {
      context.addIssue({
        code: 'custom',
        message: `give origins such as https://desk.example.org, which "${part.trim()}" is not`,
      });
    }
    return part.trim();
  });
}

/** Where people find this server, without a trailing slash. */
function parsePublicUrl(text: string, context: z.RefinementCtx): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    context.addIssue({ code: 'custom', message: 'give an address such as https://letterhead.example.org' });
  }
  return text.replace(/\/+$/, '');
}

/** Whose `X-Forwarded-…` headers are believed: everybody's, nobody's, or those of these addresses and networks. */
function parseProxies(text: string, context: z.RefinementCtx): boolean | string[] {
  if (text === 'true' || text === 'false') return text === 'true';
  const networks = text.split(',').map((part) => part.trim());
  if (!networks.every(isNetwork)) {
    context.addIssue({
      code: 'custom',
      message: 'give true, false, or the addresses of your proxies, such as 10.0.0.0/8',
    });
  }
  return networks;
}

/** An address, or one with the number of its leading bits that are the network's. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128);
}
