import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { lucideByLetter } from './vite.lucide.ts';

export default defineConfig({
  // The server may be mounted under a prefix, so no address may start with a slash.
  base: './',
  plugins: [react(), lucideByLetter()],
  build: {
    outDir: '../chatkit_link/static',
    emptyOutDir: true,
    target: 'es2022',
    // Browsers that know light-dark(): written for older ones, it would be decided at the top of the page, and a
    // widget could not force a theme.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // Strict content policies refuse data: scripts and fonts; files under assets/ always pass.
    assetsInlineLimit: 0,
    // The frame is one chunk on purpose: nothing in it can be shown later than the rest.
    chunkSizeWarningLimit: 700,
    // The preload helper is the only inline-style script Vite adds; every browser we support preloads natively.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: 'index.html', frame: 'frame.html' } },
  },
});
