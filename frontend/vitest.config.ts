import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { lucideByLetter } from './vite.lucide.ts';

export default defineConfig({
  plugins: [react(), lucideByLetter()],
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    restoreMocks: true,
  },
});
