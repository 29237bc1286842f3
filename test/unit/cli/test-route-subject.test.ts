import { describe, expect, test } from 'vitest';

import { chooseSubject } from '../../../src/cli/test-route/subject.ts';

const status = (targets: readonly string[], match = ['*']) => ({
  profile: 'default',
  providers: [],
  routes: [{ name: 'default', match, targets }],
});
const nothing = (): undefined => undefined;

describe('the model a route is tested with', () => {
  test('is the one callers asked it for last, where its targets pass that along', () => {
    const asked: string[] = [];
    const { model } = chooseSubject(status(['alpha', 'beta']), undefined, undefined, (route) => {
      asked.push(route);
      return 'any';
    });
    expect(model).toBe('any');
    expect(asked).toEqual(['default']);
  });

  test('has to be named when nobody asked yet', () => {
    expect(() => chooseSubject(status(['alpha']), undefined, undefined, nothing)).toThrow(
      'Which model should alpha be asked for?',
    );
    expect(chooseSubject(status(['alpha']), undefined, 'm', nothing).model).toBe('m');
  });

  test('is one the route lists before any habit', () => {
    expect(chooseSubject(status(['alpha'], ['big', '*']), undefined, undefined, () => 'any').model).toBe(
      'big',
    );
  });
});
