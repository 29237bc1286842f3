import { expect, test } from 'vitest';

import { eachRow } from '../../../src/store/row.ts';
import { sampleTrail } from '../../sample-trail.ts';

function rowsOf(text: string): [id: string, trail: string][] {
  const rows: [string, string][] = [];
  eachRow(Buffer.from(text), (id, trail) => rows.push([id, Buffer.from(trail).toString()]));
  return rows;
}

test('finds the id of each line and leaves the line as it is', () => {
  const lines = [sampleTrail(), sampleTrail({ message: 'naïve' })].map((trail) => JSON.stringify(trail));
  expect(rowsOf(`${lines.join('\n')}\n`)).toEqual(lines.map((line) => [line.slice(7, 23), line]));
});

test('finds an id of another length or in another place too, and passes over what is no trail', () => {
  const lines = ['{"id":"short"}', '', '{', '{"at":1,"id":"0123456789abcdef"}', '{"id":7}', '[]'];
  expect(rowsOf(`${lines.join('\n')}\n`)).toEqual([
    ['short', lines[0]],
    ['0123456789abcdef', lines[3]],
  ]);
});
