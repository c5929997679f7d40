import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What so many files use stands in one: each file more is a round trip. */
const SEVERAL = 3;
/** It is not worth its weight to the pages that do without. */
const WEIGHTY = /node_modules[\\/]yaml[\\/]|features[\\/]yaml[\\/]/;
const BASE = '/ui/';

export default defineConfig({
  base: BASE,
  plugins: [react(), preloadStart()],
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

/** The entry loads the rest by itself; told of it by the page, the browser need not wait for the entry. */
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
