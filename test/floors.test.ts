import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

import { describe, expect, test } from 'vitest';

import { findCycle } from './import-cycle.ts';

// Folders are floors and imports point down (docs/architecture.md). The tables below are that rule; everything else
// in this file only walks them. Type-only imports obey them too: a type that must be borrowed from above is in the
// wrong place.

/** What each folder may import. Folders that do not exist yet are simply not visited. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  core: ['lib'],
  resilience: ['core', 'lib'],
  formats: ['core', 'lib'],
  providers: ['core', 'lib'],
  config: ['core', 'lib'],
  store: ['core', 'lib'],
  control: ['core', 'lib'],
  credentials: ['core', 'lib'],
  observe: ['core', 'lib'],
  proxy: ['formats', 'providers', 'resilience', 'core', 'lib'],
  simulator: ['formats', 'core', 'lib'],
  cassette: ['formats', 'core', 'lib'],
  tui: ['control', 'core', 'lib'],
  web: ['core', 'lib'],
  daemon: 'proxy simulator store config control credentials observe providers core lib'.split(' '),
  cli: 'daemon tui web cassette simulator proxy control credentials store config providers formats resilience core lib'.split(
    ' ',
  ),
  // The program itself: src/main.ts.
  '': ['cli'],
};

/** Folders whose files are imported one by one; every other folder is entered by its `index.ts`. */
const WITHOUT_DOOR = new Set(['lib', 'core']);

/** Things with a price (load time, side effects, a native library), and the only folders that may pay it. */
const RESTRICTED: Readonly<Record<string, readonly string[]>> = {
  // Commands call providers too, but only to test them, and load it when they do.
  undici: ['proxy', 'cli'],
  ink: ['tui'],
  react: ['tui'],
  conf: ['config'],
  commander: ['cli'],
  chalk: ['cli', 'tui'],
  aws4: ['credentials'],
  // Settings files of clients, changed only by commands that are about them.
  'jsonc-parser': ['cli'],
  'smol-toml': ['cli'],
  yaml: ['cli'],
  // @napi-rs/keyring: a library in machine code, loaded for keys in the keychain only.
  '@napi-rs': ['config'],
  // @pydantic/genai-prices: half a megabyte of prices.
  '@pydantic': ['providers'],
  // The daemon's lock is an SQLite transaction: the one kernel lock Node.js offers.
  'node:sqlite': ['store'],
  'node:http': ['proxy', 'simulator', 'cassette', 'web'],
  'node:https': [],
  'node:http2': [],
  'node:child_process': ['config', 'daemon', 'cli'],
  'node:net': ['config', 'control', 'proxy', 'simulator', 'daemon', 'cli'],
};

/** Floors that touch nothing outside the process, and the built-ins that do not either. */
const PURE_FLOORS = new Set(['lib', 'core', 'resilience', 'formats', 'providers', 'observe']);
const PURE_BUILTINS = new Set([
  'node:buffer',
  'node:crypto',
  'node:events',
  'node:os',
  'node:path',
  'node:perf_hooks',
  'node:string_decoder',
  'node:timers',
  'node:timers/promises',
  'node:util',
]);

interface SourceFile {
  /** Below src/, with forward slashes: `proxy/stages/plan.ts`. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly from: string;
  /** As written: `../core/fault.ts`, `undici`. */
  readonly specifier: string;
}

const root = join(import.meta.dirname, '..');
const files = readSources();

describe('the source tree', () => {
  test('is there to be looked at', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(20);
  });

  test('has no folder that the table of floors does not know', () => {
    const unknown = [...new Set(files.map(({ path }) => folderOf(path)))].filter((name) => !(name in FLOORS));
    expect(unknown).toEqual([]);
  });

  test('imports only from the floors below', () => {
    expect(files.flatMap((file) => importsOf(file).flatMap(floorProblem))).toEqual([]);
  });

  test('enters every folder above core by its index.ts', () => {
    expect(files.flatMap((file) => importsOf(file).flatMap(doorProblem))).toEqual([]);
  });

  test('imports files that exist, with their extension', () => {
    expect(files.flatMap((file) => importsOf(file).flatMap(missingProblem))).toEqual([]);
  });

  test('keeps expensive and effectful modules in the folders that may use them', () => {
    expect(files.flatMap((file) => importsOf(file).flatMap(moduleProblem))).toEqual([]);
  });

  test('has no cycle between files', () => {
    expect(findCycle(graphOf(files))).toEqual([]);
  });

  test('lists every exported name: no `export *`, no computed import', () => {
    expect(files.flatMap(vaguenessProblem)).toEqual([]);
  });
});

describe('the rules above', () => {
  const seen = (path: string, text: string): Import[] => importsOf({ path, text });

  test('see every way to import', () => {
    const text = [
      `import { a } from './a.ts';`,
      `import type { B } from './b.ts';`,
      `import {\n  c,\n  type D,\n} from './c.ts';`,
      `import './d.ts';`,
      `export { e } from './e.ts';`,
      `export type { F } from "./f.ts";`,
      `const g = await import('./g.ts');`,
      `type H = import('./h.ts').H;`,
      `// import { x } from './x.ts'`,
      `/** Says import('./y.ts') in prose. */`,
    ].join('\n');
    expect(seen('core/z.ts', text).map(({ specifier }) => specifier)).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `./${name}.ts`),
    );
  });

  test('refuse an import from above, and one between neighbours on a floor', () => {
    expect(
      seen('core/a.ts', `import type { P } from '../proxy/index.ts';`).flatMap(floorProblem),
    ).toHaveLength(1);
    expect(seen('store/a.ts', `import { c } from '../config/index.ts';`).flatMap(floorProblem)).toHaveLength(
      1,
    );
    expect(
      seen('cli/commands/a/b.ts', `import { c } from '../../../store/index.ts';`).flatMap(floorProblem),
    ).toEqual([]);
  });

  test('refuse a side door', () => {
    expect(
      seen('proxy/a.ts', `import { b } from '../resilience/breaker.ts';`).flatMap(doorProblem),
    ).toHaveLength(1);
    expect(seen('proxy/a.ts', `import { b } from '../core/fault.ts';`).flatMap(doorProblem)).toEqual([]);
    expect(seen('proxy/stages/a.ts', `import { b } from '../relay.ts';`).flatMap(doorProblem)).toEqual([]);
  });

  test('refuse a restricted module, an effectful built-in on a pure floor, and an unlisted package', () => {
    expect(seen('tui/a.ts', `import { request } from 'undici';`).flatMap(moduleProblem)).toHaveLength(1);
    expect(
      seen('formats/a.ts', `import { readFileSync } from 'node:fs';`).flatMap(moduleProblem),
    ).toHaveLength(1);
    expect(seen('store/a.ts', `import { readFileSync } from 'node:fs';`).flatMap(moduleProblem)).toEqual([]);
    expect(seen('store/a.ts', `import leftPad from 'left-pad';`).flatMap(moduleProblem)).toHaveLength(1);
  });

  test('refuse a cycle, `export *` and a computed import', () => {
    const ring = [
      { path: 'core/a.ts', text: `import './b.ts';` },
      { path: 'core/b.ts', text: `import './c.ts';` },
      { path: 'core/c.ts', text: `import type { A } from './a.ts';` },
    ];
    expect(findCycle(graphOf(ring))).toEqual(['core/a.ts', 'core/b.ts', 'core/c.ts', 'core/a.ts']);
    expect(vaguenessProblem({ path: 'core/a.ts', text: `export * from './b.ts';` })).toHaveLength(1);
    expect(vaguenessProblem({ path: 'core/a.ts', text: 'await import(name);' })).toHaveLength(1);
  });
});

function readSources(): SourceFile[] {
  return globSync('src/**/*.{ts,tsx}', { cwd: root })
    .map((found) => found.replaceAll('\\', '/'))
    .sort()
    .map((found) => ({
      path: found.slice('src/'.length),
      text: readFileSync(join(root, found), 'utf8'),
    }));
}

/** `import … from`, `export … from` and bare `import '…'` at the start of a line; `import('…')` anywhere. */
function importsOf({ path, text }: SourceFile): Import[] {
  const statement =
    /^(?:import|export)\s+(?:type\s+)?(?:[\w$*\s,{}]+?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...withoutComments(text).matchAll(statement)].map((found) => ({
    from: path,
    specifier: found[1] ?? found[2] ?? '',
  }));
}

/** Comments that take whole lines, which is the only kind the formatter leaves that could hold an import. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '');
}

/** `proxy` for `proxy/stages/plan.ts`, '' for `main.ts`. */
function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

/** The imported file below src/; undefined for packages, built-ins and files outside src/. */
function targetOf({ from, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(from), specifier);
  return target.startsWith('..') ? undefined : target;
}

function floorProblem(found: Import): string[] {
  const target = targetOf(found);
  if (target === undefined) return [];
  const own = folderOf(found.from);
  const other = folderOf(target);
  return own === other || (FLOORS[own] ?? []).includes(other)
    ? []
    : [
        `${found.from} may not import ${target}: ${own || 'main'} may import ${(FLOORS[own] ?? []).join(', ') || 'nothing'}`,
      ];
}

function doorProblem(found: Import): string[] {
  const target = targetOf(found);
  if (target === undefined || folderOf(found.from) === folderOf(target)) return [];
  const folder = folderOf(target);
  return WITHOUT_DOOR.has(folder) || target === `${folder}/index.ts`
    ? []
    : [`${found.from} imports ${target}: ${folder} is entered by ${folder}/index.ts`];
}

function missingProblem(found: Import): string[] {
  if (!found.specifier.startsWith('.')) return [];
  return existsSync(join(root, 'src', dirname(found.from), found.specifier))
    ? []
    : [`${found.from} imports ${found.specifier}, which is not there`];
}

function moduleProblem({ from, specifier }: Import): string[] {
  if (specifier.startsWith('.')) return [];
  const folder = folderOf(from);
  // `undici/types/…` and `react/jsx-runtime` are the package, `node:fs/promises` is the built-in.
  const name = specifier.startsWith('node:') ? specifier : (specifier.split('/', 1)[0] ?? specifier);
  const allowed = RESTRICTED[name];
  if (allowed)
    return allowed.includes(folder) ? [] : [`${from} may not import ${name}: ${allowed.join(', ')} may`];
  if (!name.startsWith('node:'))
    return [`${from} imports ${name}: add it to RESTRICTED with the folders that may`];
  return PURE_FLOORS.has(folder) && !PURE_BUILTINS.has(name)
    ? [`${from} may not import ${name}: ${folder} is pure`]
    : [];
}

function vaguenessProblem({ path, text }: SourceFile): string[] {
  const code = withoutComments(text);
  const problems: string[] = [];
  if (/^export\s+\*/m.test(code)) problems.push(`${path} exports *: list the names`);
  if (/\bimport\((?!\s*['"])/.test(code)) problems.push(`${path} imports a computed name: write it out`);
  return problems;
}

function graphOf(sources: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const known = new Set(sources.map(({ path }) => path));
  return new Map(
    sources.map((file) => [
      file.path,
      importsOf(file)
        .map(targetOf)
        .filter((target) => target !== undefined)
        .filter((target) => known.has(target)),
    ]),
  );
}
