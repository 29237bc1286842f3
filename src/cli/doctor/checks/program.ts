import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import packageFile from '../../../../package.json' with { type: 'json' };
import { type Check, type CheckGroup, fine, problem, skipped, warning } from '../check.ts';
import { realPath } from '../machine.ts';

const FLOOR = packageFile.engines.node.replace(/^>=/, '');

const nodeVersion: Check = {
  id: 'node-version',
  looksAt: `the Node.js that runs this program: ${FLOOR} or newer`,
  look({ machine: { node } }) {
    const which = `Node.js ${node.version} (${node.path})`;
    if (isAtLeast(node.version, FLOOR)) return [fine(which)];
    return [
      problem(
        `${which} is older than ${FLOOR}, and the SQLite inside it has a known bug`,
        'install a current Node.js: https://nodejs.org, or npm install --global node',
      ),
    ];
  },
};

const otherGw: Check = {
  id: 'other-gw',
  looksAt: 'the programs called gw on PATH: whether the first is this one',
  look({ context: { env }, machine }) {
    if (machine.platform === 'win32') return [skipped('on Windows, see for yourself: where gw')];
    const { program } = machine;
    const found = programsNamed('gw', env['PATH'] ?? '');
    const [first] = found;
    if (first === undefined) {
      return [fine(`gw is not on PATH; this one is ${program ?? 'unknown'}`, 'npm link (in its folder)')];
    }
    if (program === undefined || isSame(first, program)) {
      const others = found.filter((path) => program !== undefined && !isSame(path, program));
      const behind = others.length === 0 ? '' : `; behind it on PATH: ${others.join(', ')}`;
      return [fine(`gw is ${first}${behind}`)];
    }
    const longName = programsNamed('gw-llm', env['PATH'] ?? '').find((path) => isSame(path, program));
    return [
      warning(
        `gw on PATH is another program: ${first}; this one is ${program}`,
        longName === undefined
          ? `alias gw=${program}`
          : 'use its other name, gw-llm, or put its folder first in PATH',
      ),
    ];
  },
};

/** Node.js itself, and which gw this is. */
export const PROGRAM_CHECKS: CheckGroup = { title: 'Program', checks: [nodeVersion, otherGw] };

function isAtLeast(version: string, floor: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [floorMajor = 0, floorMinor = 0] = floor.split('.').map(Number);
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}

/** Every program of that name, in the order a shell would find them, each file once. */
function programsNamed(name: string, path: string): string[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const found = [...new Set(folders)].map((folder) => join(folder, name)).filter(isExecutable);
  const seen = new Set<string>();
  return found.filter((each) => {
    const real = realPath(each) ?? each;
    if (seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The same file behind links, or a package manager's short script that names it. */
function isSame(path: string, program: string): boolean {
  if (realPath(path) === program) return true;
  try {
    const text = readFileSync(path, { encoding: 'utf8' }).slice(0, 4_096);
    return /^#!.*sh\b/.test(text) && (text.includes(program) || text.includes('/gw-llm/bin/gw.js'));
  } catch {
    return false;
  }
}
