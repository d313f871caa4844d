import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { lucideByLetter } from './vite.lucide.ts';

// A document costs a test file a second: components have one, and each other file that asks for it
// with `@vitest-environment jsdom` in its first line.
export default defineConfig({
  plugins: [react(), lucideByLetter()],
  test: {
    restoreMocks: true,
    // What hangs is found out; a machine that does much else is no mistake.
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [
      { extends: true, test: { name: 'logic', environment: 'node', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'components',
          environment: 'jsdom',
          include: ['src/**/*.test.tsx'],
          setupFiles: ['src/test-setup.ts'],
        },
      },
    ],
  },
});
