import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Accounts } from './auth/accounts.ts';
import type { RateLimits } from './auth/rate-limits.ts';
import { createRateLimits } from './auth/rate-limits.ts';
import { SharedPoints } from './auth/shared-points.ts';
import { Shares } from './auth/shares.ts';
import { Tokens } from './auth/tokens.ts';
import { createDns } from './dns/dns.ts';
import type { Dns } from './dns/outcome.ts';
import { systemResolvers } from './dns/transport/server-address.ts';
import { Domains } from './domains/domains.ts';
import { KeyRenewal } from './domains/key-renewal.ts';
import { KeyRotation } from './domains/key-rotation.ts';
import { Events } from './events/events.ts';
import type { Clock } from './instant.ts';
import type { KeyZone } from './key-zone/key-zone.ts';
import { openKeyZone } from './key-zone/open-key-zone.ts';
import type { KeySource } from './keys/key-source.ts';
import { openKeyCipher } from './keys/open-key-cipher.ts';
import { createKeyProof } from './keys/prove-key.ts';
import { DATABASE_LIMITS } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { createMetrics } from './metrics.ts';
import { combineObservers, createCheckLog } from './monitor/check-log.ts';
import { Monitor } from './monitor/monitor.ts';
import type { Mailer } from './notices/mailer.ts';
import { NoticeDispatcher } from './notices/notice-dispatcher.ts';
import { Subscriptions } from './notices/subscriptions.ts';
import type { Services } from './router/context.ts';
import { configureZodMessages } from './router/zod-messages.ts';
import type { Settings } from './settings.ts';
import { KeyDelivery } from './signing/key-delivery.ts';
import { OpenedKeys } from './signing/opened-keys.ts';
import { Signing } from './signing/signing.ts';
import type { OpenBackup } from './store/backup.ts';
import { type OpenedStore, openStore } from './store/open.ts';
import type { Store } from './store/store.ts';
import { systemTimer } from './timer.ts';
import { DeliveryLog } from './webhooks/delivery-log.ts';
import { Dispatcher } from './webhooks/dispatcher.ts';
import { Sender } from './webhooks/sender.ts';
import { Webhooks } from './webhooks/webhooks.ts';

/** Dependencies of an installation; tests and benchmarks pass others than `main`. */
export interface InstallationDeps {
  readonly settings: Settings;
  readonly log: Logger;
  readonly keys: KeySource;
  readonly clock: Clock;
}

/** An open data folder with its services. Disposing finishes work in progress and unlocks the folder. */
export interface Installation extends AsyncDisposable {
  readonly services: Services;
  readonly store: Store;
  readonly openBackup: OpenBackup;
  readonly keyDelivery: KeyDelivery;
  readonly dns: Dns;
  readonly monitor: Monitor;
  readonly dispatcher: Dispatcher;
  /** Null: no mail server is set. */
  readonly notices: NoticeDispatcher | null;
  readonly limits: RateLimits;
  readonly metrics: Metrics;
  /** Null: there is no key zone. */
  readonly keyZone: KeyZone | null;
}

/** Opens and locks the data folder. */
export async function openInstallation(deps: InstallationDeps): Promise<Installation> {
  const { settings, log, clock } = deps;
  const metrics = createMetrics();
  const opened = await openStore({ settings, clock, log, observer: metrics.database });
  try {
    return await composeInstallation(deps, opened, metrics);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function composeInstallation(
  deps: InstallationDeps,
  { store, openBackup, close }: OpenedStore,
  metrics: Metrics,
): Promise<Installation> {
  const { settings, log, keys, clock } = deps;
  configureZodMessages();
  const shared = store.rates && new SharedPoints(store.rates);
  const limits = createRateLimits(
    settings.RATE_LIMIT_PER_MINUTE,
    settings.SIGN_LIMIT_PER_MINUTE,
    settings.MAX_DOMAINS_PER_ACCOUNT,
    shared,
  );
  const { DATA_DIR: dataDir, SECRET_KEY: secretKey } = settings;
  const cipher = await openKeyCipher({ dataDir, secretKey, check: store.settings, random: randomBytes });
  const dns = dnsOf(settings, metrics);
  const common = { store, clock, random: randomBytes };
  const openedKeys = new OpenedKeys(cipher, systemTimer);
  const { hint, keyZone, admin } = await openKeyZone({ ...common, settings, log, dns });
  const rotation = new KeyRotation({ ...common, keys, cipher, keyZone: hint, openedKeys });
  const maxAge = settings.ROTATE_AFTER_DAYS;
  const renewal = new KeyRenewal({ keys: rotation, keyZone: hint, maxAge, clock });
  const observer = combineObservers(createCheckLog(log), metrics.checks, openedKeys.observer, renewal);
  const proveKey = createKeyProof(cipher, randomBytes);
  const monitor = new Monitor({ ...common, dns, proveKey, timer: systemTimer, observer });
  const domains = new Domains({
    ...common,
    keys,
    cipher,
    monitor,
    openedKeys,
    limits,
    keyZone: hint,
    returnPathHost: settings.RETURN_PATH_HOST,
    maxDomainsPerAccount: settings.MAX_DOMAINS_PER_ACCOUNT,
  });
  const resolvers = settings.DNS_SERVERS ?? systemResolvers();
  const allowPrivate = settings.WEBHOOK_ALLOW_PRIVATE;
  const sender = new Sender({ resolvers, allowPrivate, clock, onAttempt: metrics.delivery });
  const sending = { ...common, domains, cipher, sender, deliveryLog: new DeliveryLog(store.webhooks, log) };
  const dispatcher = new Dispatcher({ ...sending, log });
  const webhooks = new Webhooks({ ...sending, allowPrivate });
  const signing = new Signing({ ...common, keys: openedKeys, onSigned: metrics.signed });
  const mailer = await mailerOf(settings, { store, signing });
  const { PUBLIC_URL: publicUrl } = settings;
  const subscriptions = new Subscriptions({ ...common, mailer, publicUrl, limits });
  const onNotice = metrics.notice;
  const notices =
    mailer && new NoticeDispatcher({ ...common, domains, mailer, publicUrl, log, onNotice, subscriptions });
  const exchange =
    shared && setInterval(() => void shared.exchange().catch(() => {}), DATABASE_LIMITS.exchange);
  return {
    store,
    openBackup,
    keyDelivery: new KeyDelivery({ store, openedKeys, clock, onDelivered: metrics.keyDelivered }),
    dns,
    monitor,
    dispatcher,
    notices,
    limits,
    metrics,
    keyZone,
    services: {
      accounts: new Accounts({ ...common, openedKeys }),
      tokens: new Tokens({ ...common, keyDelivery: settings.KEY_DELIVERY, keyZone: hint }),
      domains,
      keys: rotation,
      keyZone: admin,
      signing,
      shares: new Shares({ ...common, publicUrl: settings.PUBLIC_URL }),
      events: new Events(common),
      webhooks,
      subscriptions,
      limits,
    },
    async [Symbol.asyncDispose]() {
      if (exchange !== null) clearInterval(exchange);
      await monitor.close();
      await keyZone?.close();
      await dispatcher.close();
      await notices?.close();
      await webhooks.close();
      await sender.close();
      await keys.close();
      await close();
    },
  };
}

async function mailerOf(
  { SMTP_URL: smtpUrl, NOTICE_FROM: from }: Settings,
  parts: { store: Store; signing: Signing },
): Promise<Mailer | null> {
  if (smtpUrl === null || from === null) return null;
  const { Mailer } = await import('./notices/mailer.ts');
  return new Mailer({ ...parts, smtpUrl, from });
}

function dnsOf(settings: Settings, metrics: Metrics): Dns {
  return createDns({
    resolvers: settings.DNS_SERVERS ?? systemResolvers(),
    allowPrivate: settings.DNS_ALLOW_PRIVATE,
    authorityPort: settings.DNS_AUTHORITY_PORT,
    random: randomBytes,
    now: () => performance.now(),
    onLookup: metrics.lookup,
  });
}
