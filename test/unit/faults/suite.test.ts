import { connect, createServer, type AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { findingOf, type TestReport } from '../../../faults/cited.ts';
import { renderReliability } from '../../../faults/page.ts';
import type { CitedRow, Result } from '../../../faults/row.ts';
import { ROWS } from '../../../faults/rows.ts';
import { Tally } from '../../../faults/tally.ts';
import { type TcpFaults, TcpProxy } from '../../../faults/tcp-proxy.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

describe('the rows of the fault suite', () => {
  test('have ids of their own and promise something in a sentence', () => {
    const ids = ROWS.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    for (const { id, promise, how } of ROWS) {
      expect(promise, id).toMatch(/^(?:[A-Z0-9‘`]|gw ).+\.$/);
      expect(how, id).toMatch(/[^.\s]$/);
    }
  });
});

describe('docs/reliability.md', () => {
  const [row] = ROWS;
  const found = (finding: Partial<Result>): string =>
    renderReliability({
      machine: 'a computer',
      results: {
        [row?.id ?? '']: {
          id: row?.id ?? '',
          form: 'long',
          seconds: 1,
          n: 7,
          failures: 2,
          figure: 'so much',
          causes: [],
          ...finding,
        },
      },
    });

  test('says of a missed promise that it is missed, and why', () => {
    const page = found({ causes: ['too | late'] });
    expect(page).toContain('1 missed');
    expect(page).toContain(`- \`${row?.id}\`: too | late.`);
    expect(page).toContain(`| ✗ \`${row?.id}\` |`);
  });

  test('says of what could not be run that it was not', () => {
    expect(found({ notHere: 'no such system' })).toContain('no such system');
  });

  test('does not count what was never run as met', () => {
    expect(found({})).toContain(`${ROWS.length} promises: 1 met, 0 missed`);
  });
});

describe('a row that cites tests', () => {
  const row: CitedRow = {
    id: 'x',
    family: 'protocol',
    promise: '',
    how: '',
    cites: [{ file: 'a.test.ts', name: 'holds' }, { file: 'b.test.ts' }],
  };
  const passed: TestReport = { file: 'a.test.ts', name: 'it holds', status: 'passed' };

  test('is missed when one of them fails', () => {
    const found = findingOf(row, [passed, { file: 'b.test.ts', name: 'other', status: 'failed' }]);
    expect(found).toMatchObject({ n: 2, failures: 1, causes: ['fails: other'] });
  });

  test('is missed when one of them is nowhere to be found', () => {
    expect(findingOf(row, [passed]).causes.join()).toContain('b.test.ts');
  });

  test('is not run where all of them are skipped', () => {
    const skipped = ['a', 'b'].map((name) => ({ file: `${name}.test.ts`, name: 'holds', status: 'skipped' }));
    expect(findingOf(row, skipped).notHere).toBeDefined();
  });
});

describe('a tally', () => {
  test('counts a reason once, whichever request it was', () => {
    const tally = new Tally();
    tally.add();
    tally.add('broke. (gw request 1m8126abc)');
    tally.add('broke. (gw request 1m8126xyz)');
    expect([tally.n, tally.failures, tally.causes]).toEqual([3, 2, ['broke. (2 ×)']]);
  });
});

describe('the wire', () => {
  /** What a caller hears of "hello" through it, and how that ended. */
  async function hear(faults: TcpFaults): Promise<string> {
    const server = createServer((socket) => void socket.on('error', () => undefined).end('hello'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    const wire = new TcpProxy((server.address() as AddressInfo).port, faults);
    await wire.listen();
    endings.push(() => wire.close());
    return new Promise((resolve) => {
      let heard = '';
      const socket = connect(wire.port, '127.0.0.1');
      socket.on('data', (bytes) => (heard += String(bytes)));
      socket.on('end', () => resolve(`${heard} end`));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(`${heard} ${error.code}`));
    });
  }

  test.each<readonly [TcpFaults, string]>([
    [{}, 'hello end'],
    [{ latencyMs: 5 }, 'hello end'],
    [{ bytesPerSecond: 1000 }, 'hello end'],
    [{ resetAfterBytes: 0 }, ' ECONNRESET'],
    [{ down: true }, ' ECONNRESET'],
    [{ halfCloseAfterBytes: 2 }, 'he end'],
  ])('with %j lets through: %s', async (faults, expected) => {
    expect(await hear(faults)).toBe(expected);
  });
});
