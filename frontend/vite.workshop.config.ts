import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { lucideByLetter } from './vite.lucide.ts';

// The workshop is built apart: in one build with the chat, what both use would become a chunk of its own, and the
// chat is one on purpose.
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [react(), lucideByLetter()],
  build: {
    outDir: '../chatkit_link/static',
    emptyOutDir: false,
    target: 'es2022',
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { workshop: 'workshop.html' } },
  },
});
