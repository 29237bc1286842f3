import { parseScope, type Scope } from '../../core/budget.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CommandError, EXIT } from '../error.ts';

/** What argument both budgets and limits begin with. */
export const SCOPE_ARGUMENT = {
  name: '<scope>',
  summary: 'whose: all, route:<name>, client:<name>, each-client or each-session',
} as const;

/** A scope as a person writes it; `example` is a command that would be right. */
export function readScope(text: string, example: string): Scope {
  const scope = parseScope(text);
  if (scope) return scope;
  throw new CommandError(`There is no scope ${terminalSafe(text)}.`, {
    why: 'it is all, route:<name>, client:<name>, each-client or each-session',
    fix: example,
    exit: EXIT.usage,
  });
}

/** What is set for a route that is not there would never be met. `command` is what is typed before the scope. */
export function refuseUnknownRoute(scope: Scope, names: readonly string[], command: string): void {
  if (scope.is !== 'route' || names.includes(scope.name)) return;
  const meant = nearest(scope.name, names);
  throw new CommandError(`There is no route ${terminalSafe(scope.name)}.`, {
    why: names.length === 0 ? 'no route is defined yet' : `the profile has ${terminalSafe(names.join(', '))}`,
    fix: meant === undefined ? 'gw route list' : `${command} route:${terminalSafe(meant)} …`,
    exit: EXIT.usage,
  });
}
