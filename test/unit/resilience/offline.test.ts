import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { NetworkSign, OfflineReason, ResolverState } from '../../../src/core/network.ts';
import { judgeNetwork, offlineSentence } from '../../../src/resilience/offline.ts';

interface Case {
  readonly why: string;
  readonly addresses?: number;
  readonly met: Readonly<Record<string, NetworkSign>>;
  readonly asked?: Readonly<Record<string, NetworkSign | 'reached'>>;
  readonly resolver?: ResolverState;
  readonly verdict: OfflineReason | 'online';
}

const CASES: readonly Case[] = [
  {
    why: 'without an address there is no network',
    addresses: 0,
    met: { a: 'no-name' },
    verdict: 'no-interface',
  },
  {
    why: 'whoever is reached without one is proof all the same',
    addresses: 0,
    met: { a: 'no-name' },
    asked: { b: 'reached' },
    verdict: 'online',
  },
  { why: 'another host is there', met: { a: 'no-name' }, asked: { b: 'reached' }, verdict: 'online' },
  {
    why: 'two failed, and a third is there',
    met: { a: 'no-name', b: 'no-answer' },
    asked: { c: 'reached' },
    verdict: 'online',
  },
  {
    why: 'no name resolves',
    met: { a: 'no-name' },
    asked: { b: 'no-name' },
    resolver: 'silent',
    verdict: 'no-name',
  },
  {
    why: 'no name resolves, and the name server says nothing of use',
    met: { a: 'no-name', b: 'no-name' },
    resolver: 'unclear',
    verdict: 'no-name',
  },
  {
    why: 'the name server works, so these names are wrong',
    met: { a: 'no-name', b: 'no-name' },
    resolver: 'answers',
    verdict: 'online',
  },
  {
    why: 'nobody answers, whatever the name server had in store',
    met: { a: 'no-answer' },
    asked: { b: 'no-answer' },
    resolver: 'answers',
    verdict: 'no-answer',
  },
  {
    why: 'there is no route',
    met: { a: 'no-route', b: 'no-answer' },
    resolver: 'answers',
    verdict: 'no-route',
  },
  {
    why: 'names and answers fail',
    met: { a: 'no-name', b: 'no-answer' },
    resolver: 'answers',
    verdict: 'no-answer',
  },
  {
    why: 'one host, and a silent name server',
    met: { a: 'no-name' },
    resolver: 'silent',
    verdict: 'no-name',
  },
  { why: 'one host out of reach, the same', met: { a: 'no-route' }, resolver: 'silent', verdict: 'no-route' },
  {
    why: 'one host, and a name server that works',
    met: { a: 'no-name' },
    resolver: 'answers',
    verdict: 'online',
  },
  { why: 'one host, and nobody knows', met: { a: 'no-route' }, resolver: 'unclear', verdict: 'online' },
  {
    why: 'one stranger may be a wrong address',
    met: { a: 'stranger' },
    resolver: 'silent',
    verdict: 'online',
  },
  {
    why: 'two strangers are a portal',
    met: { a: 'stranger' },
    asked: { b: 'stranger' },
    verdict: 'stranger',
  },
  {
    why: 'a portal may let some packets fall',
    met: { a: 'stranger', b: 'stranger', c: 'no-answer' },
    verdict: 'stranger',
  },
  { why: 'nothing failed', met: {}, verdict: 'online' },
];

describe('the own network', () => {
  test.each(CASES)('$verdict: $why', ({ addresses = 1, met, asked = {}, resolver = 'answers', verdict }) => {
    const found = judgeNetwork({
      addresses,
      met: new Map(Object.entries(met)),
      asked: new Map(Object.entries(asked)),
      resolver,
    });
    expect(found).toBe(verdict);
  });

  test('is never convicted once a host was reached', () => {
    const sign = fc.constantFrom('no-name', 'no-route', 'no-answer', 'stranger' as const);
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), sign),
        fc.nat(3),
        fc.constantFrom('answers', 'silent', 'unclear' as const),
        (signs, addresses, resolver) => {
          const asked = new Map([['there', 'reached' as const]]);
          const met = new Map(Object.entries(signs).filter(([host]) => host !== 'there'));
          expect(judgeNetwork({ addresses, met, asked, resolver })).toBe('online');
        },
      ),
    );
  });

  test('has a sentence for every reason that can follow a colon', () => {
    for (const reason of ['no-interface', 'no-name', 'no-route', 'no-answer', 'stranger'] as const)
      expect(offlineSentence(reason)).toMatch(/^[a-z].*[^.]$/);
  });
});
