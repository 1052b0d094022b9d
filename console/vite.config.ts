import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const bundled = ['preact', '@preact/signals', '@preact/signals-core', 'uplot'];

/** The licences of what is bundled ask for their text to go with it; minifying drops it. */
const licenses: Plugin = {
  name: 'licenses',
  generateBundle() {
    const texts = bundled.map((name) => {
      const file = new URL(`../node_modules/${name}/LICENSE`, import.meta.url);
      return `${name}\n\n${readFileSync(file, 'utf8').trim()}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join('\n\n') });
  },
};

/** One script, one style sheet, no inline code: the page's policy forbids what is not a file of its own. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  plugins: [licenses],
  build: {
    outDir: fileURLToPath(new URL('../dist/console', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
