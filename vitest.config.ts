import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Two workers: the tests start real servers and real child processes, and small machines have two cores.
    maxWorkers: 2,
  },
});
