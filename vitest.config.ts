import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['letterhead-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/keys-file.ts', 'test/console/prepare-console.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
