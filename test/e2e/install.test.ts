import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  scripts: Record<string, string>;
};

// The run-time dependencies bring about sixty packages by themselves; a jump means somebody brought friends along.
const MOST_PACKAGES = 75;

/** What may be in the package: the launcher, the built program, and what a person reads. */
const BELONGS = [
  /^package\.json$/,
  /^LICENSE$/,
  /^NOTICE\.md$/,
  /^README\.md$/,
  /^bin\/(?:gw|windows-task)\.js$/,
  /^dist\/[\w.-]+\.(js|html)$/,
  /^docs\/[\w-]+\.(?:md|schema\.json|svg|png)$/,
  /^man\/[\w-]+\.1$/,
];

describe('the package', () => {
  const files = packedFiles();

  test('has the launcher, the program, the readme and the licence', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'bin/gw.js',
        'bin/windows-task.js',
        'dist/main.js',
        'package.json',
      ]),
    );
  });

  test('has nothing else: no sources, no tests, no build leftovers', () => {
    expect(files.filter((file) => !BELONGS.some((pattern) => pattern.test(file)))).toEqual([]);
  });

  test('declares binaries that are in it', () => {
    const { bin } = manifest;
    expect(Object.keys(bin)).toEqual(['gw', 'gw-llm']);
    expect(files).toEqual(expect.arrayContaining(Object.values(bin)));
  });
});

describe('an installation', () => {
  const installed = runtimePackages();

  test(`brings at most ${MOST_PACKAGES} packages`, () => {
    expect(installed.length).toBeGreaterThan(0);
    expect(mostOnOneSystem(installed)).toBeLessThanOrEqual(MOST_PACKAGES);
  });

  test('runs no script of any package', () => {
    expect(installed.filter(({ hasInstallScript }) => hasInstallScript).map(({ path }) => path)).toEqual([]);
    const own = ['preinstall', 'install', 'postinstall', 'prepare'].filter(
      (name) => name in manifest.scripts,
    );
    expect(own).toEqual([]);
  });

  test('locks every package with its checksum', () => {
    expect(installed.filter(({ integrity }) => !integrity).map(({ path }) => path)).toEqual([]);
  });
});

/** Native parts exist once for each system, and npm installs those of the one it runs on. */
function mostOnOneSystem(packages: readonly LockedPackage[]): number {
  const native = packages.filter(({ cpu }) => cpu !== undefined);
  const systems = new Map<string, number>();
  for (const { os, cpu, libc } of native) {
    const system = JSON.stringify([os, cpu, libc]);
    systems.set(system, (systems.get(system) ?? 0) + 1);
  }
  return packages.length - native.length + Math.max(0, ...systems.values());
}

interface LockedPackage {
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly dev?: boolean;
  /** Needed by development, and by a user only where something optional asks for it: not installed for them. */
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
}

function runtimePackages(): (LockedPackage & { readonly path: string })[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, locked]) => ({ path, ...locked }));
}

/** The built program must be there: `npm test` builds first. */
function packedFiles(): string[] {
  expect(existsSync(join(root, 'dist', 'main.js')), 'build first: npm run build').toBe(true);
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const [packed] = JSON.parse(output) as { files: { path: string }[] }[];
  return packed?.files.map(({ path }) => path) ?? [];
}
