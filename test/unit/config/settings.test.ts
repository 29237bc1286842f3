import { describe, expect, it } from 'vitest';

import { createKeyResolver, isLoopback, settingsWithToken } from '../../../src/config/index.ts';
import { understand } from './fixtures.ts';

const listen = { host: '0.0.0.0', token: { env: 'GW_TOKEN' } };

describe('the token that callers must send', () => {
  it('is looked up where it is kept', () => {
    const keys = createKeyResolver({ env: { GW_TOKEN: 'right' }, home: '/' });
    expect(settingsWithToken(understand({ listen }), keys).listen.token?.reveal()).toBe('right');
  });

  it('that cannot be found lets nobody in', () => {
    const keys = createKeyResolver({ env: {}, home: '/' });
    const token = settingsWithToken(understand({ listen }), keys).listen.token;
    expect(token?.reveal().length).toBeGreaterThan(30);
  });

  it('is none when none is asked for', () => {
    const keys = createKeyResolver({ env: { GW_TOKEN: 'right' }, home: '/' });
    expect(settingsWithToken(understand({}), keys).listen.token).toBeUndefined();
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.2', false],
  ['127.0.0.1.evil.example', false],
])('%s reaches only this machine: %s', (host, only) => {
  expect(isLoopback(host)).toBe(only);
});
