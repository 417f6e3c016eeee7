import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { whatDeployLacks } from './test/deploy/packages.ts';
import { isInstalled } from './test/engines/engine.ts';
import { whatEnginesLack } from './test/engines/packages.ts';
import { whatZoneServersLack } from './test/key-zone/zone-server.ts';
import { whatPostfixLacks } from './test/postfix/packages.ts';
import { whatSignersLack } from './test/signers/packages.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How many requests a fuzz test sends. */
    fuzzRequests: number;
    /** Whether tests with real resolvers run behind each of them, and not behind the usual one alone. */
    allResolvers: boolean;
    /** How many domains move from one installation to another. */
    movedDomains: number;
    /** How many key records at random the receivers are asked about; a seed of null is another one each time. */
    receiverSpellings: { random: number; seed: number | null };
    /** How many interleavings of what happens to a domain's keys are tried. */
    rotations: number;
    /** See `SoakOptions` in test/key-zone/rotation-soak.ts. */
    rotationSoak: { domains: number; seconds: number; speed: number };
  }
}

const ON_EVERY_STORE = [
  'test/console/walkthrough.test.ts',
  'test/events/**/*.test.ts',
  'test/notices/notices.test.ts',
  'test/notices/subscriptions.test.ts',
  'test/rest/**/*.test.ts',
  'test/router/**/*.test.ts',
  'test/trpc/**/*.test.ts',
  'test/security/tenancy.test.ts',
];

/** Suites with tests that measure their own process, its CPU time or its heap: each file has a process to itself. */
const MEASURING = ['dns', 'hostile', 'monitor', 'security', 'soak', 'store', 'verification'].map(
  (suite) => `test/${suite}/**/*.test.ts`,
);

/**
 * Suites that give the machine's loopback interface addresses: a browser cuts off what it is loading when those change,
 * so none runs meanwhile.
 */
const ENGINES = ['test/engines/**/*.test.ts', 'test/key-zone/{docs,secondaries}.test.ts'];

/** Suites that need programs of the machine's, and what keeps them from running. */
const LACKING = {
  deploy: whatDeployLacks(),
  engines: whatEnginesLack(),
  poolers: isInstalled('pgbouncer') ? null : "no pgbouncer (Debian's pgbouncer)",
  'key-zone': whatZoneServersLack(),
  postfix: whatPostfixLacks(),
  signers: whatSignersLack(),
};
const exclude = [...configDefaults.exclude];
for (const [suite, lacking] of Object.entries(LACKING)) {
  if (lacking === null) continue;
  process.stderr.write(`The tests in test/${suite}/ are left out: ${lacking}.\n`);
  exclude.push(`test/${suite}/**`);
}

export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions: ['letterhead-source'] } },
  test: {
    // Without isolation, a process runs one file after the other, and loads the modules that they share once.
    projects: [
      {
        extends: true,
        test: {
          name: 'files',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, ...MEASURING, ...ENGINES],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'measuring', include: MEASURING } },
      // What is about the product and not about a store, once more.
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ON_EVERY_STORE,
          env: { TEST_STORE: 'postgres' },
          isolate: false,
        },
      },
      // Some of their servers take nearly as long as a check waits: two of them at a time have the machine to themselves.
      {
        extends: true,
        test: { name: 'engines', include: ENGINES, exclude, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
    globalSetup: ['test/keys-file.ts', 'test/console/prepare-console.ts', 'test/postgres/shared-server.ts'],
    // Servers, browsers and databases in other processes do most of the work, and some tests wait: also two cores have
    // room for three files.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 20_000,
    provide: {
      fuzzRequests: mode === 'fuzz' ? 10_000 : 1_000,
      receiverSpellings: mode === 'fuzz' ? { random: 4_000, seed: null } : { random: 200, seed: 1 },
      allResolvers: mode === 'engines',
      rotations: mode === 'rotation' ? 10_000 : 1_000,
      rotationSoak:
        mode === 'rotation'
          ? { domains: 200, seconds: 600, speed: 1 }
          : { domains: 10, seconds: 15, speed: 20 },
      movedDomains: mode === 'engines' ? 1_000 : 100,
    },
  },
}));
