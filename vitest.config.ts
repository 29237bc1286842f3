import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // What hangs must fail; what is slow because the machine has other things to do must not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // Two workers: the tests start real servers and real child processes, and small machines have two cores.
    maxWorkers: 2,
  },
});
