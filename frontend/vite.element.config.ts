import { defineConfig } from 'vite';
import { precompress } from './vite.precompress.ts';

// chatkit.js is built apart: host pages load it with a classic script tag, so it must be one file without
// imports, under a name that never changes.
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [precompress()],
  build: {
    outDir: '../chatkit_link/static',
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: 'src/element/index.ts',
      formats: ['iife'],
      name: 'ChatKitElement',
      fileName: () => 'chatkit.js',
    },
  },
});
