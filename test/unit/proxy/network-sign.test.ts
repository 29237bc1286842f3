import { describe, expect, test } from 'vitest';

import { faultOfError, isPage, networkSign } from '../../../src/proxy/connections/unreachable.ts';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a failed connection', () => {
  test.each([
    ['ENOTFOUND', 'no-name'],
    ['EAI_AGAIN', 'no-name'],
    ['ENETUNREACH', 'no-route'],
    ['EHOSTUNREACH', 'no-route'],
    ['ENETDOWN', 'no-route'],
    ['EADDRNOTAVAIL', 'no-route'],
    ['UND_ERR_CONNECT_TIMEOUT', 'no-answer'],
    ['ETIMEDOUT', 'no-answer'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'stranger'],
    ['ECONNREFUSED', undefined],
    ['ECONNRESET', undefined],
    ['CERT_HAS_EXPIRED', undefined],
  ])('%s says of the own network: %s', (code, sign) => {
    expect(networkSign(failure(code))).toBe(sign);
    expect(faultOfError(failure(code)).sign).toBe(sign);
  });

  test('of which one address refused shows that the network is there', () => {
    const both = new AggregateError([failure('ENETUNREACH'), failure('ECONNREFUSED')]);
    expect(networkSign(both)).toBeUndefined();
    expect(networkSign(new AggregateError([failure('ENETUNREACH'), failure('ETIMEDOUT')]))).toBe('no-answer');
  });

  test('through an HTTP proxy tells by its cause', () => {
    const error = new Error('the HTTP proxy cannot be used', { cause: failure('ENOTFOUND') });
    expect(networkSign(error)).toBe('no-name');
    expect(networkSign(new Error('anything'))).toBeUndefined();
  });
});

describe('an answer', () => {
  test.each([
    [200, 'text/html; charset=utf-8', true],
    [200, ' TEXT/HTML', true],
    [302, undefined, true],
    [511, 'text/html', true],
    [200, 'application/json', false],
    [200, undefined, false],
    [301, undefined, false],
    [404, 'text/html', false],
    [502, 'text/html', false],
  ])('%i %s is a portal’s page: %s', (status, type, expected) => {
    expect(isPage(status, type)).toBe(expected);
  });
});
