import { join } from 'node:path';

import { build } from 'rolldown';

/**
 * Bundles the yardsticks as gw is bundled, and answers with their folder. Run from their TypeScript they would carry
 * Node's type stripper around: 20 MB that no proxy has.
 */
export async function bundleYardsticks(): Promise<string> {
  const root = join(import.meta.dirname, '..');
  const folder = join(root, 'node_modules', '.cache', 'gw-bench');
  await build({
    cwd: root,
    input: {
      'request-proxy': join(import.meta.dirname, 'yardsticks', 'request-proxy.ts'),
      'dispatch-proxy': join(import.meta.dirname, 'yardsticks', 'dispatch-proxy.ts'),
    },
    platform: 'node',
    treeshake: { moduleSideEffects: false },
    logLevel: 'warn',
    output: {
      dir: folder,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name].mjs',
    },
  });
  return folder;
}
