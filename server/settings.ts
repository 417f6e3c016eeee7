import { isIP } from 'node:net';
import { TOKEN_PATTERN } from '@letterhead/shared';
import { z } from 'zod';
import { parseServerAddress } from './dns/transport/server-address.ts';
import { DomainNameSchema } from './domains/domain-name.ts';
import { TSIG_ALGORITHMS, type TsigKey } from './key-zone/tsig.ts';
import { KEY_ZONE_LIMITS } from './limits.ts';
import type { NoticeSender } from './notices/mailer.ts';

/** An invalid setting; the message is one line that names it. */
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

/** 32 bytes in base64. */
const SecretKeySchema = z
  .string()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine(({ length }) => length === 32, 'give 32 bytes in base64, such as `openssl rand -base64 32` prints');

/** A public address, returned without a trailing slash. */
const PublicUrlSchema = z
  .string()
  .refine(
    (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
    'give an address such as https://letterhead.example.org',
  )
  .transform((text) => text.replace(/\/+$/, ''));

/** A mail server that takes notices: `smtp://` (STARTTLS where it is offered) or `smtps://`. */
const SmtpUrlSchema = z.string().refine((text) => {
  const { protocol = '', hostname = '', pathname = '', search = '', hash = '' } = URL.parse(text) ?? {};
  return /^smtps?:$/.test(protocol) && hostname !== '' && /^\/?$/.test(pathname) && search + hash === '';
}, 'give an address such as smtps://user:password@mail.example.org:465');

/** Who notices are from: `notices@example.org`, or that in angle brackets after a name. */
const NoticeFromSchema = z.string().transform((text, context): NoticeSender => {
  const [, name = '', inBrackets, bare] = /^(?:([^<>]*)<([^<>]+)>|([^<>]+))$/.exec(text) ?? [];
  const [, local = '', host = ''] = /^([^@]+)@([^@]+)$/.exec(inBrackets ?? bare ?? '') ?? [];
  const domain = DomainNameSchema.safeParse(host).data?.name;
  const address = `${local}@${domain}`;
  const isUsable = domain !== undefined && z.email().safeParse(address).success && !/\p{Cc}/u.test(name);
  if (!isUsable)
    context.addIssue({
      code: 'custom',
      message: 'give an e-mail address such as Letterhead <notices@example.org>',
    });
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address, domain: domain ?? '' };
});

/** Whose `X-Forwarded-…` headers are trusted: everybody's, nobody's, or those of these addresses and networks. */
const TrustProxySchema = z
  .string()
  .refine(
    (text) => isYesNo(text) || partsOf(text).every(isNetwork),
    'give true, false, or the addresses of your proxies, such as 10.0.0.0/8',
  )
  .transform((text) => (isYesNo(text) ? text === 'true' : partsOf(text)));

/** `postgres://user:password@one.example.org:5432,two.example.org/letterhead`: one address for each host. */
const DatabaseUrlSchema = z
  .string()
  .transform((text) => {
    const [, before = '', hosts = '', after = ''] =
      /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(\/[^/?]+(?:\?.*)?)$/.exec(text) ?? [];
    return partsOf(hosts).map((host) => `${before}${host}${after}`);
  })
  .refine(
    (urls) => urls.every((url) => URL.parse(url)?.hostname),
    'give an address such as postgres://user:password@db.example.org:5432/letterhead, with commas between several hosts',
  );

/** A host and a port, 53 without one: `ns1.example.net`, `192.0.2.1:5353`, `[2001:db8::1]:5353`. */
const HostPortSchema = z
  .string()
  .transform((text) => {
    const address = parseServerAddress(text);
    if (address !== undefined) return { host: address.address, port: address.port };
    const [, host = '', port = '53'] = /^([a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
    return { host, port: Number(port) };
  })
  .refine(
    ({ host, port }) => host !== '' && port >= 1 && port <= 65_535,
    'give a host, or a host and a port, such as ns1.example.net:53',
  );

/** The name, algorithm and secret (Base64) of a TSIG key. */
const TsigKeySchema = z.string().transform((text, context): TsigKey => {
  const parts = text.split(':');
  const [name = '', given = '', secret = ''] = parts;
  const algorithm = TSIG_ALGORITHMS.find((known) => known === given.toLowerCase());
  const bytes = Buffer.from(secret, 'base64');
  if (!/^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/i.test(name) || name.length > 200 || parts.length !== 3)
    context.addIssue({
      code: 'custom',
      message: 'give name:algorithm:secret, as of a key of your name server',
    });
  else if (algorithm === undefined)
    context.addIssue({ code: 'custom', message: `give one of the algorithms ${TSIG_ALGORITHMS.join(', ')}` });
  else if (bytes.length < KEY_ZONE_LIMITS.minSecret || bytes.toString('base64') !== secret)
    context.addIssue({
      code: 'custom',
      message: `give a secret of at least ${KEY_ZONE_LIMITS.minSecret} bytes in base64`,
    });
  return {
    name: name.toLowerCase().replace(/\.$/, ''),
    algorithm: algorithm ?? 'hmac-sha256',
    secret: bytes,
  };
});

const EnvironmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: PortSchema.default(3000),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: DatabaseUrlSchema.nullable().default(null),
  DATABASE_POOL: NumberSchema.refine((count) => count >= 3, 'allow at least 3').default(10),
  SECRET_KEY: SecretKeySchema.nullable().default(null),
  BOOTSTRAP_TOKEN: z
    .string()
    .regex(TOKEN_PATTERN, 'must be lh_ and 43 base64url characters')
    .nullable()
    .default(null),
  DNS_SERVERS: listOf((part) => parseServerAddress(part) !== undefined, 'addresses as ip or ip:port')
    .transform((parts) => parts.flatMap((part) => parseServerAddress(part) ?? []))
    .nullable()
    .default(null),
  DNS_ALLOW_PRIVATE: YesNoSchema.default(false),
  DNS_AUTHORITY_PORT: PortSchema.refine((port) => port > 0, 'give a port from 1 on').default(53),
  RETURN_PATH_HOST: DomainNameSchema.transform(({ name }) => name)
    .nullable()
    .default(null),
  MAX_DOMAINS_PER_ACCOUNT: NumberSchema.refine((count) => count > 0, 'allow at least 1').default(1000),
  RATE_LIMIT_PER_MINUTE: NumberSchema.default(600),
  SIGN_LIMIT_PER_MINUTE: NumberSchema.default(60_000),
  WEBHOOK_ALLOW_PRIVATE: YesNoSchema.default(false),
  SMTP_URL: SmtpUrlSchema.nullable().default(null),
  NOTICE_FROM: NoticeFromSchema.nullable().default(null),
  KEY_DELIVERY: YesNoSchema.default(false),
  DKIM_ZONE: DomainNameSchema.transform(({ name }) => name)
    .refine((name) => name.length <= KEY_ZONE_LIMITS.zoneCharacters, 'give a shorter name')
    .nullable()
    .default(null),
  DKIM_ZONE_SERVER: HostPortSchema.nullable().default(null),
  DKIM_ZONE_TSIG: TsigKeySchema.nullable().default(null),
  ROTATE_AFTER_DAYS: NumberSchema.refine((days) => days >= 14, 'give at least 14')
    .nullable()
    .default(null),
  CORS_ORIGINS: listOf(
    (part) => URL.parse(part)?.origin === part,
    'origins such as https://desk.example.org',
  ).default([]),
  PUBLIC_URL: PublicUrlSchema.nullable().default(null),
  TRUST_PROXY: TrustProxySchema.default(false),
  LOG_LEVEL: z.enum(LOG_LEVELS, `give one of ${LOG_LEVELS.join(', ')}`).default('info'),
});

export type Settings = Readonly<z.infer<typeof EnvironmentSchema>>;

/**
 * Parses the settings in an environment; an empty value counts as unset.
 * Throws `SettingsError` with one line that names the first invalid one.
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.keys(EnvironmentSchema.shape)
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = EnvironmentSchema.safeParse(given);
  if (parsed.success) return refuseMissing(parsed.data);
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? 'the environment';
  // The value itself is not repeated: it can be a secret.
  const reason = (issue?.message ?? 'it is not valid').replace(/\.$/, '');
  throw new SettingsError(`The setting ${name} cannot be used: ${reason}.`);
}

/** Throws where a setting is missing that another one needs. */
function refuseMissing(settings: Settings): Settings {
  const { DATABASE_URL, SECRET_KEY, SMTP_URL, NOTICE_FROM, ROTATE_AFTER_DAYS } = settings;
  if (DATABASE_URL !== null && SECRET_KEY === null)
    throw missing(
      'SECRET_KEY',
      'DATABASE_URL',
      'give all servers the same 32 bytes in base64, such as `openssl rand -base64 32` prints',
    );
  if (SMTP_URL !== null && NOTICE_FROM === null)
    throw missing(
      'NOTICE_FROM',
      'SMTP_URL',
      'give the address that notices come from, such as notices@example.org',
    );
  if (SMTP_URL === null && NOTICE_FROM !== null)
    throw missing(
      'SMTP_URL',
      'NOTICE_FROM',
      'give the mail server, such as smtps://user:password@mail.example.org:465',
    );
  const zone = ['DKIM_ZONE', 'DKIM_ZONE_SERVER', 'DKIM_ZONE_TSIG'] as const;
  const given = zone.find((name) => settings[name] !== null);
  const lacking = zone.find((name) => settings[name] === null);
  if (lacking !== undefined && (given !== undefined || ROTATE_AFTER_DAYS !== null))
    throw missing(lacking, given ?? 'ROTATE_AFTER_DAYS', `a key zone takes ${zone.join(', ')}`);
  return settings;
}

function missing(name: keyof Settings, neededBy: keyof Settings, advice: string): SettingsError {
  return new SettingsError(`The setting ${name} is missing, which ${neededBy} needs: ${advice}.`);
}

/** A list separated by commas; `what` names its parts in the error message. */
function listOf(isValid: (part: string) => boolean, what: string) {
  return z.string().transform((text, context) => {
    const parts = partsOf(text);
    const wrong = parts.find((part) => !isValid(part));
    if (wrong !== undefined)
      context.addIssue({ code: 'custom', message: `give ${what}, which "${wrong}" is not` });
    return parts;
  });
}

function partsOf(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function isYesNo(text: string): boolean {
  return text === 'true' || text === 'false';
}

/** An address, optionally with the length of its network prefix. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128);
}
