import { readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { ask } from '../asking.ts';
import { Gateway } from '../gateway.ts';
import { comesTrue } from '../pause.ts';
import { type MeasuredRow, notHere } from '../row.ts';
import type { Scene } from '../scene.ts';
import { duration, largest, Tally } from '../tally.ts';

async function askMany(gateway: Gateway, count: number, tally: Tally): Promise<number> {
  const took: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const answer = await ask(gateway.port, { stream: turn % 2 === 0 });
    took.push(answer.ms);
    tally.add(answer.status === 200 ? undefined : `${answer.status}`);
  }
  return largest(took);
}

const full: MeasuredRow = {
  id: 'disk-full',
  family: 'process',
  promise:
    'When nothing more can be written, no request fails; it is shown, and rows that had to be dropped are counted.',
  how: 'a limit on the size of every file gw writes (ulimit -f), reached under load',
  pace: 'works',
  async run(scene) {
    if (process.platform === 'win32') return notHere('limits of file size are a thing of Unix');
    const upstream = await scene.upstream();
    // 128 KiB in the units of sh: an empty request log fits, a hundred requests do not.
    const wrapper = ['sh', '-c', 'ulimit -f 256; exec "$@"', 'sh'];
    const gateway = await scene.gateway({ providers: { first: upstream }, wrapper });
    const tally = new Tally();
    let slowest = 0;
    const isShown = async (): Promise<boolean> =>
      (await gateway.status()).problems.some(({ message }) => message.includes('request log'));
    for (let round = 0; round < 10 && !(await isShown()); round++)
      slowest = Math.max(slowest, await askMany(gateway, 100, tally));
    slowest = Math.max(slowest, await askMany(gateway, scene.pick(50, 500), tally));
    await gateway.call('flush', {});
    const { dropped } = (await gateway.status()).counters;
    tally.require(await isShown(), 'status shows no problem');
    // What cannot be written waits in memory, so far as that is bounded; only beyond are rows dropped, and counted.
    return tally.finding(
      `shown; ${dropped} rows dropped and counted, the others wait; slowest ${duration(slowest)}`,
    );
  },
};

const locked: MeasuredRow = {
  id: 'log-locked',
  family: 'process',
  promise:
    'While another program locks the request log no request fails or waits, and everything is written afterwards.',
  how: 'an exclusive transaction held for the time of 100 requests',
  pace: 'works',
  async run(scene) {
    const { gateway } = await openOne(scene);
    const tally = new Tally();
    await askMany(gateway, 10, tally);
    await gateway.call('flush', {});
    const other = new DatabaseSync(gateway.paths.database);
    other.exec('BEGIN EXCLUSIVE');
    const slowest = await askMany(gateway, 100, tally);
    other.exec('COMMIT');
    const count = (): number =>
      Number(Object.values(other.prepare('SELECT count(*) FROM recorded').get() ?? {})[0] ?? 0);
    const isWritten = await comesTrue(() => count() >= 110, 15_000, 100);
    tally.require(isWritten, `${count()} of 110 rows were written afterwards`);
    other.close();
    tally.require(slowest <= scene.bar(500), `a request took ${duration(slowest)}`);
    return tally.finding(`slowest ${duration(slowest)}; 110 of 110 rows written`);
  },
};

const corrupt: MeasuredRow = {
  id: 'log-corrupt',
  family: 'process',
  promise:
    'A damaged request log is set aside, never deleted; it is shown, and requests are served and recorded.',
  how: 'garbage in place of the database, before a start; and damage in the middle of it',
  pace: 'works',
  async run(scene) {
    const tally = new Tally();
    for (const garbage of [
      'this is no database '.repeat(500),
      '',
      'SQLite format 3\0'.padEnd(8192, '\u0001'),
    ]) {
      const upstream = await scene.upstream();
      const gateway = new Gateway({ providers: { first: upstream } });
      scene.atEnd(() => gateway.remove());
      mkdirSync(gateway.paths.stateDir, { recursive: true, mode: 0o700 });
      writeFileSync(gateway.paths.database, garbage);
      await gateway.start();
      const { status } = await ask(gateway.port);
      await gateway.call('flush', {});
      const aside = readdirSync(gateway.paths.stateDir).some((name) => name.includes('damaged'));
      const shown = (await gateway.status()).problems.length > 0;
      // An empty file is a new database, and nothing is lost with it.
      const isWell = status === 200 && (garbage === '' || (aside && shown));
      tally.add(
        isWell ? undefined : `${status}, ${aside ? '' : 'not '}set aside, ${shown ? '' : 'not '}shown`,
      );
    }
    return tally.finding('set aside, shown, served');
  },
};

async function openOne(scene: Scene): Promise<{ gateway: Gateway }> {
  const upstream = await scene.upstream();
  return { gateway: await scene.gateway({ providers: { first: upstream } }) };
}

/** What becomes of requests when the log cannot be written. */
export const DISK_ROWS: readonly MeasuredRow[] = [full, locked, corrupt];
