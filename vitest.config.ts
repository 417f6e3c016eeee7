import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  interface ProvidedContext {
    /** How many requests a fuzz test sends. */
    fuzzRequests: number;
    /** Whether tests with real resolvers run behind each of them, and not behind the usual one alone. */
    allResolvers: boolean;
    /** How many key records at random the receivers are asked about; a seed of null is another one each time. */
    receiverSpellings: { random: number; seed: number | null };
  }
}

export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions: ['letterhead-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/keys-file.ts', 'test/console/prepare-console.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    provide: {
      fuzzRequests: mode === 'fuzz' ? 10_000 : 1_000,
      receiverSpellings: mode === 'fuzz' ? { random: 4_000, seed: null } : { random: 200, seed: 1 },
      allResolvers: mode === 'engines',
    },
  },
}));
