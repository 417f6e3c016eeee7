import { isIP } from 'node:net';
import { LetterheadError, TOKEN_PATTERN } from '@letterhead/shared';
import { z } from 'zod';
import { parseDomainName } from './domains/domain-name.ts';

/** A resolver to ask. */
export interface Resolver {
  readonly address: string;
  readonly port: number;
}

/** The environment, read once; a bad value stops the start with one line that names it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const PortSchema = z.coerce.number<string>().int().min(0).max(65_535);
const YesNoSchema = z.enum(['true', 'false']).transform((text) => text === 'true');

const EnvironmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: PortSchema.default(3000),
  DATA_DIR: z.string().default('./data'),
  SECRET_KEY: z.string().transform(parseSecretKey).nullable().default(null),
  BOOTSTRAP_TOKEN: z
    .string()
    .regex(TOKEN_PATTERN, 'must be lh_ and 43 base64url characters')
    .nullable()
    .default(null),
  DNS_SERVERS: z.string().transform(parseResolvers).nullable().default(null),
  DNS_ALLOW_PRIVATE: YesNoSchema.default(false),
  DNS_AUTHORITY_PORT: PortSchema.min(1).default(53),
  RETURN_PATH_HOST: z.string().transform(parseHost).nullable().default(null),
  MAX_DOMAINS_PER_ACCOUNT: z.coerce.number<string>().int().min(1).default(1000),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
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
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? 'the environment';
  // The value itself is not repeated: it can be a secret.
  throw new SettingsError(`The setting ${name} cannot be used: ${issue?.message ?? 'it is not valid'}.`);
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

function parseResolvers(text: string, context: z.RefinementCtx): Resolver[] {
  return text.split(',').map((part) => parseResolver(part.trim(), context));
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
function parseResolver(text: string, context: z.RefinementCtx): Resolver {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+|.*:.*:.*?))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const whole = isIP(text) !== 0 ? { address: text, port: 53 } : null;
  const resolver = whole ?? { address: bracketed ?? plain ?? '', port: Number(port ?? 53) };
  if (isIP(resolver.address) === 0 || resolver.port < 1 || resolver.port > 65_535) {
    context.addIssue({ code: 'custom', message: `give addresses as ip or ip:port, which ${text} is not` });
  }
  return resolver;
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
