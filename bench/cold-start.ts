import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { ROOT, type Running } from './contestants.ts';
import { type Figure, FigureBook } from './figures.ts';

const GW = join(ROOT, 'bin', 'gw.js');

/** How long a command takes from start to end, beside the same node doing nothing. */
export function coldStart(gw: Running | undefined, quick: boolean): Figure[] {
  const book = new FigureBook('cold start');
  const programs: [string, string[]][] = [
    ['node -e 0', ['-e', '0']],
    ['gw --help', [GW, '--help']],
  ];
  if (gw) programs.push(['gw status', [GW, 'status']]);
  const env = { ...process.env, ...(gw?.home === undefined ? {} : { GW_HOME: gw.home }) };
  // The first run of each fills the compile cache, as the first use of an installed gw does.
  for (let round = -1; round < (quick ? 10 : 20); round++) {
    for (const [name, parameters] of programs) {
      const from = performance.now();
      const { status, stderr } = spawnSync(process.execPath, parameters, { env, encoding: 'utf8' });
      const ms = performance.now() - from;
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      if (round >= 0) book.add(name, 'time', 'ms', 1, ms, 'none');
    }
  }
  return book.figures;
}
