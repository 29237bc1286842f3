import { describe, expect, it } from 'vitest';

import { locateMedia, mediaUrl } from '../../../src/formats/hub/media-source.ts';

describe('the address of a picture or file', () => {
  it.each([
    ['https://a.test/b.png', { source: { is: 'url', url: 'https://a.test/b.png' } }],
    ['data:image/png;base64,AAAA', { mime: 'image/png', source: { is: 'base64', data: 'AAAA' } }],
    [
      'data:text/plain;charset=utf-8;base64,AAAA',
      { mime: 'text/plain', source: { is: 'base64', data: 'AAAA' } },
    ],
    ['data:;base64,AAAA', { source: { is: 'base64', data: 'AAAA' } }],
    ['data:text/plain,a%20b', { mime: 'text/plain', source: { is: 'base64', data: 'YSBi' } }],
    ['data:text/plain,100%', { mime: 'text/plain', source: { is: 'base64', data: 'MTAwJQ==' } }],
    ['data:nothing', { source: { is: 'url', url: 'data:nothing' } }],
  ])('%s', (url, found) => {
    expect(locateMedia(url)).toEqual(found);
  });

  it('is written back as it was read', () => {
    const located = locateMedia('data:image/png;base64,AAAA');
    expect(mediaUrl({ kind: 'media', media: 'image', ...located }, 'image/jpeg')).toBe(
      'data:image/png;base64,AAAA',
    );
  });

  it('is made with the likeliest type where none is known, and not at all for what is kept elsewhere', () => {
    const media = { kind: 'media', media: 'image' } as const;
    expect(mediaUrl({ ...media, source: { is: 'base64', data: 'A' } }, 'image/jpeg')).toBe(
      'data:image/jpeg;base64,A',
    );
    expect(mediaUrl({ ...media, source: { is: 'stored', id: 'file-1' } }, 'image/jpeg')).toBeUndefined();
  });
});
