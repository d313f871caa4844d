import { defineConfig } from 'vite';
import { precompress } from './vite.precompress.ts';

// link.js stands alone for pages that use another element than ours: one small classic script, one fixed name.
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [precompress()],
  build: {
    outDir: '../chatkit_link/static',
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: 'src/resumable-fetch/index.ts',
      formats: ['iife'],
      name: 'ChatKitLinkScript',
      fileName: () => 'link.js',
    },
  },
});
