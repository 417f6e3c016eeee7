import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  resolve: {
    // TanStack Query is written for React; preact answers to the same API in a tenth of the size.
    alias: [
      { find: /^react$/, replacement: 'preact/compat' },
      { find: /^react\/jsx-runtime$/, replacement: 'preact/jsx-runtime' },
    ],
    conditions: [
      'letterhead-source',
      'module',
      'browser',
      mode === 'production' ? 'production' : 'development',
    ],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // The polyfill is an inline script, which the page's policy forbids.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      // What every page needs comes in one piece: several are larger, and each is a request.
      output: {
        codeSplitting: {
          groups: [{ name: 'shell', test: /node_modules\/(?!fast-diff|lucide|punycode|@tanstack\/virtual)/ }],
        },
      },
      onLog: (level, log, handle) => {
        // What React's server components would want to know is nothing to a page.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
  server: { proxy: { '/trpc': 'http://127.0.0.1:3000', '/api': 'http://127.0.0.1:3000' } },
  plugins: [compress()],
}));

/** Puts a `.br` and a `.gz` beside each file, so that the server compresses nothing while people wait. */
function compress(): Plugin {
  let folder = '';
  return {
    name: 'compress',
    // What is built in memory alone leaves the folder as it is.
    apply: ({ build }, { command }) => command === 'build' && build?.write !== false,
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(?:html|js|css|svg)$/.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const content = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(content));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}
