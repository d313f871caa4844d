import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { katexWoff2 } from './vite.katex.ts';
import { lucideByLetter } from './vite.lucide.ts';
import { precompress } from './vite.precompress.ts';

/** What every page needs. */
const BASE =
  /node_modules\/(react|react-dom|lucide-react)\/|src\/(language|options|protocol|resumable-fetch|ui)\/|rolldown|preload-helper/;

export default defineConfig({
  // The server may be mounted under a prefix, so no address may start with a slash.
  base: './',
  plugins: [react(), lucideByLetter(), katexWoff2(), precompress()],
  build: {
    outDir: '../chatkit_link/static',
    emptyOutDir: true,
    target: 'es2022',
    // Browsers that know light-dark(): written for older ones, it would be decided at the top of the page, and a
    // widget could not force a theme.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // Strict content policies refuse data: scripts and fonts; files under assets/ always pass.
    assetsInlineLimit: 0,
    // The preload helper is the only inline-style script Vite adds; every browser we support preloads natively.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // One build, so that what the pages share is one file, fetched and kept once.
      input: { index: 'index.html', frame: 'frame.html', workshop: 'workshop.html', shared: 'shared.html' },
      output: {
        codeSplitting: {
          // Each takes along what it needs; a lower one may reach into a higher one and never the other way round.
          groups: [
            { name: 'base', test: BASE, priority: 4, tags: ['$initial'] },
            {
              name: 'markdown',
              test: /node_modules\/(mdast-|micromark|hast-|decode-named|property-information|unist-)/,
              priority: 2,
              tags: ['$initial'],
            },
            { name: 'chat', test: /src\/(markdown|widgets)\//, priority: 1, tags: ['$initial'] },
          ],
        },
      },
    },
  },
});
