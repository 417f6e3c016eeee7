import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  interface ProvidedContext {
    /** How many requests a fuzz test sends. */
    fuzzRequests: number;
  }
}

export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions: ['letterhead-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/keys-file.ts', 'test/console/prepare-console.ts', 'test/postgres/shared-server.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    provide: { fuzzRequests: mode === 'fuzz' ? 10_000 : 1_000 },
  },
}));
