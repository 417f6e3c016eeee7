import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type AuthorityName, type AuthorityOptions } from './authority.ts';
import { LoopbackAddresses } from './loopback-addresses.ts';
import { signedBy, ZoneKey } from './signing.ts';
import { ZoneFile } from './zone-file.ts';

/** What a registry has of one domain. */
export interface Registration {
  /** Names of name servers. */
  readonly servers: readonly string[];
  /** Addresses of those that lie within the domain. */
  readonly glue?: Readonly<Record<string, string>>;
  /** The data of DS records. */
  readonly ds?: readonly string[];
}

/** A company that serves others' zones, all with one engine, from two name servers. */
export interface Provider {
  /** Names of its name servers; they lie in another top-level domain than its customers. */
  readonly servers: readonly string[];
  readonly authority: Authority;
}

const TLDS = ['test', 'example'] as const;
type Tld = (typeof TLDS)[number];

/** Last octets of the addresses. */
const HOSTS = { root: [1], registry: [2], knot: [11, 12], named: [21, 22], nsd: [31, 32], resolver: [53] };
const FIRST_FREE_HOST = 200;

interface Parts {
  readonly folder: string;
  readonly prefix: string;
  readonly resources: AsyncDisposableStack;
  readonly root: Authority;
  readonly registry: Authority;
  readonly providers: Readonly<Record<AuthorityName, Provider>>;
  readonly keys: Readonly<Record<Tld | 'root', ZoneKey>>;
}

/**
 * A DNS of its own, on port 53 of loopback addresses that nobody else uses: a root and two top-level domains, which are
 * signed, and three providers, whose own zones are not.
 */
export class DnsTree implements AsyncDisposable {
  readonly providers: Parts['providers'];
  readonly root: Authority;
  readonly registry: Authority;
  readonly #parts: Parts;
  readonly #registrations = new Map<string, Registration>();
  readonly #published: Record<Tld, Promise<void>> = { test: Promise.resolve(), example: Promise.resolve() };
  readonly #waiting: Partial<Record<Tld, Promise<void>>> = {};
  #nextHost = FIRST_FREE_HOST;

  private constructor(parts: Parts) {
    this.providers = parts.providers;
    this.root = parts.root;
    this.registry = parts.registry;
    this.#parts = parts;
  }

  static async start(): Promise<DnsTree> {
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-engines-'));
    await using started = new AsyncDisposableStack();
    started.defer(() => rm(folder, { recursive: true }));
    const prefix = `127.${64 + random(128)}.${random(256)}.`;
    const addressesOf = (part: keyof typeof HOSTS) => HOSTS[part].map((host) => `${prefix}${host}`);
    started.use(await LoopbackAddresses.add([...addressesOf('named'), ...addressesOf('resolver')]));
    const start = async (engine: AuthorityName, part: keyof typeof HOSTS) =>
      started.use(
        await Authority.start(engine, { folder: join(folder, part), addresses: addressesOf(part) }),
      );
    const provide = async (engine: AuthorityName) => providerOf(engine, await start(engine, engine));
    const tree = new DnsTree({
      folder,
      prefix,
      resources: new AsyncDisposableStack(),
      root: await start('nsd', 'root'),
      registry: await start('knot', 'registry'),
      providers: { knot: await provide('knot'), named: await provide('named'), nsd: await provide('nsd') },
      keys: {
        root: await ZoneKey.create('.', folder),
        test: await ZoneKey.create('test', folder),
        example: await ZoneKey.create('example', folder),
      },
    });
    await tree.#fill();
    tree.use(started.move());
    return tree;
  }

  get rootKey(): ZoneKey {
    return this.#parts.keys.root;
  }

  get resolverAddress(): string {
    return `${this.#parts.prefix}${HOSTS.resolver[0]}`;
  }

  /** An address where nobody listens yet. */
  newAddress(): string {
    return `${this.#parts.prefix}${this.#nextHost++}`;
  }

  newIpv6Address(): string {
    const [, second = '', third = ''] = this.#parts.prefix
      .split('.')
      .map((octet) => Number(octet).toString(16));
    return `fd4c:${second}:${third}::${this.#nextHost++}`;
  }

  /** A folder of the tree's own, which is removed with it. */
  folderOf(name: string): string {
    return join(this.#parts.folder, name);
  }

  newKey(zone: string): Promise<ZoneKey> {
    return ZoneKey.create(zone, this.#parts.folder);
  }

  /** Starts another authority, which ends with the tree, at new addresses. */
  async startAuthority(engine: AuthorityName, options: Omit<AuthorityOptions, 'folder'>): Promise<Authority> {
    const folder = this.folderOf(`authority-${options.addresses[0]?.replaceAll(':', '-')}`);
    this.use(await LoopbackAddresses.add(options.addresses));
    return this.use(await Authority.start(engine, { ...options, folder }));
  }

  /** Disposes of a resource at the end of the tree. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    return this.#parts.resources.use(resource);
  }

  /** Registers a domain, or changes what the registry has of it; null deletes it. */
  async register(domain: string, registration: Registration | null): Promise<void> {
    if (registration === null) this.#registrations.delete(domain);
    else this.#registrations.set(domain, registration);
    await this.#publish(domain.endsWith('.test') ? 'test' : 'example');
  }

  registrationOf(domain: string): Registration {
    const registration = this.#registrations.get(domain);
    if (registration === undefined) throw new Error(`${domain} is not registered`);
    return registration;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.resources.disposeAsync();
  }

  async #fill(): Promise<void> {
    const { keys } = this.#parts;
    const [address] = this.registry.addresses;
    const delegations = TLDS.map(
      (tld) => `${tld} NS ns.${tld}.
                ns.${tld} A ${address}
                ${tld} DS ${keys[tld].ds}`,
    );
    const zone = new ZoneFile('.', `@ NS ns.\nns A ${this.root.addresses[0]}\n${delegations.join('\n')}`);
    await this.root.serve(zone, signedBy(keys.root));
    for (const [name, provider] of Object.entries(this.providers)) await this.#found(name, provider);
    await Promise.all(TLDS.map((tld) => this.#publish(tld)));
  }

  /** Makes a provider's own zone, which its name servers lie in. */
  async #found(name: string, { servers, authority }: Provider): Promise<void> {
    const glue = Object.fromEntries(servers.map((server, i) => [server, authority.addresses[i] ?? '']));
    this.#registrations.set(`${name}.example`, { servers, glue });
    const lines = Object.entries(glue).map(([server, address]) => `@ NS ${server}.\n${server}. A ${address}`);
    await authority.serve(new ZoneFile(`${name}.example`, lines.join('\n')));
  }

  /** Publishes a top-level domain again once that is done with before; changes meanwhile are published together. */
  #publish(tld: Tld): Promise<void> {
    const publish = async () => {
      delete this.#waiting[tld];
      await this.registry.serve(this.#zoneOf(tld), signedBy(this.#parts.keys[tld], { optOut: true }));
    };
    const waiting = this.#waiting[tld] ?? this.#published[tld].then(publish);
    this.#waiting[tld] = waiting;
    this.#published[tld] = waiting;
    return waiting;
  }

  #zoneOf(tld: Tld): ZoneFile {
    const own = `@ NS ns.${tld}.\nns A ${this.registry.addresses[0]}`;
    const delegations = [...this.#registrations]
      .filter(([domain]) => domain.endsWith(`.${tld}`))
      .map(([domain, registration]) => delegationLines(domain, registration));
    return new ZoneFile(tld, [own, ...delegations].join('\n'));
  }
}

/** Lines of the zone above a domain. */
function delegationLines(domain: string, { servers, glue = {}, ds = [] }: Registration): string {
  return [
    ...servers.map((server) => `${domain}. NS ${server}.`),
    ...Object.entries(glue).map(([server, address]) => addressLine(server, address)),
    ...ds.map((one) => `${domain}. DS ${one}`),
  ].join('\n');
}

function addressLine(server: string, address: string): string {
  return `${server}. ${address.includes(':') ? 'AAAA' : 'A'} ${address}`;
}

function providerOf(engine: AuthorityName, authority: Authority): Provider {
  return { authority, servers: authority.addresses.map((_, i) => `ns${i + 1}.${engine}.example`) };
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
