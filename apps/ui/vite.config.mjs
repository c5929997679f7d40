import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import { licences } from './licences.mjs';

/** One file for code that many files share: each further file is a round trip. */
const SEVERAL = 3;
/** Too heavy for the pages that do not need it. */
const WEIGHTY = /node_modules[\\/]yaml[\\/]|features[\\/]yaml[\\/]/;
const BASE = '/ui/';
/** Smaller files gain nothing. */
const WORTH_BYTES = 1_024;

export default defineConfig({
  base: BASE,
  plugins: [react(), preloadStart(), compressed(), licences()],
  resolve: { conditions: ['@9volt/source', ...defaultClientConditions] },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  build: {
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 1 },
            { name: 'shared', minShareCount: SEVERAL, test: (id) => !WEIGHTY.test(id) },
          ],
        },
      },
    },
  },
});

/** A file that is worth it is stored compressed, too, and sent so to clients that accept it. */
function compressed() {
  return {
    name: 'compressed',
    async writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((file) => file.startsWith('assets/'))) {
        const content = await readFile(join(dir, name));
        if (content.length > WORTH_BYTES) await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

/** The entry loads the rest by itself; because the page names it, the browser need not wait for the entry. */
function preloadStart() {
  return {
    name: 'preload-start',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => {
        const start = Object.values(bundle ?? {}).find(({ facadeModuleId }) =>
          facadeModuleId?.endsWith('/app/start.tsx'),
        );
        const files = start ? [start.fileName, ...start.imports] : [];
        return files
          .map((file) => BASE + file)
          .filter((href) => !html.includes(href))
          .map((href) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href }, injectTo: 'head' }));
      },
    },
  };
}
