import { expect, test } from 'vitest';

import { readForm } from '../../../src/formats/hub/form.ts';
import { readImageEdit } from '../../../src/formats/hub/image-edit.ts';

function part(head: string, text: string): string {
  return `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
}

test('a form is read in one go, however many parts of one name it has', () => {
  const times = 300_000;
  const form = readForm(Buffer.from(part('name="a"; filename="a.png"', 'x').repeat(times) + '--b--\r\n'));
  expect(form?.files.get('a')).toHaveLength(times);
});

test('of the name and type of a file that cannot be sent a few words are told, however long they are', () => {
  const head = `name="image"; filename="${'a'.repeat(100_000)}.gif"\r\ncontent-type: image/${'b'.repeat(100_000)}`;
  const read = readImageEdit(Buffer.from(`${part(head, 'x')}--b--\r\n`));
  if (read.is === 'ok') throw new Error('it was read');
  expect(read.fault.message).toContain('aaa.gif image/bbb');
  expect(read.fault.message.length).toBeLessThan(250);
});
