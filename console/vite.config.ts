import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** One script, one style sheet, no inline code: the page's policy forbids what is not a file of its own. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL('../dist/console', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
