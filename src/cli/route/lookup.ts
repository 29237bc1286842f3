import type { Profile, Route } from '../../core/profile.ts';
import { parseTargetName, targetName } from '../../core/target.ts';
import { isObject, isString, type JsonObject } from '../../lib/expect.ts';
import { isGlob } from '../../lib/glob.ts';
import { nearest } from '../../lib/nearest.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CommandError, EXIT } from '../error.ts';

/** The route of that name; a mistyped one is answered with the nearest there is. */
export function requireRoute({ routes }: Profile, name: string): Route {
  const found = routes.find((route) => route.name === name);
  if (found) return found;
  const names = routes.map((route) => route.name);
  const meant = nearest(name, names);
  throw new CommandError(`There is no route ${terminalSafe(name)}.`, {
    why: names.length === 0 ? 'the profile has none yet' : `the profile has ${names.join(', ')}`,
    fix:
      meant === undefined ? `gw route set ${terminalSafe(name)} PROVIDER/MODEL …` : `did you mean ${meant}?`,
    exit: EXIT.usage,
  });
}

/** Checks that a target as typed (`openai/gpt-4o`, `groq`) names a provider of the profile. */
export function requireTarget({ providers }: Profile, text: string): string {
  const target = parseTargetName(text);
  const names = providers.map(({ name }) => name);
  if (names.includes(target.provider)) return targetName(target);
  const meant = nearest(target.provider, names);
  const shown = terminalSafe(target.provider);
  if (isGlob(target.provider)) {
    throw new CommandError(`${terminalSafe(text)} is no target.`, {
      why: 'which model names a route answers to is said apart from whom it asks',
      fix: `gw route set NAME PROVIDER/MODEL … --match ${shellWord(text)}`,
      exit: EXIT.usage,
    });
  }
  throw new CommandError(`There is no provider ${shown} for the target ${terminalSafe(text)}.`, {
    why: names.length === 0 ? 'the profile has no provider yet' : `the profile has ${names.join(', ')}`,
    fix:
      meant === undefined
        ? `gw provider add ${shown}`
        : `did you mean ${targetName({ provider: meant, model: target.model })}?`,
    exit: EXIT.usage,
  });
}

/** Where a target is in a list: as written, or by its provider's name when that is there once. */
export function requirePosition(route: string, targets: readonly string[], text: string): number {
  const exact = targets.indexOf(text);
  if (exact !== -1) return exact;
  const ofProvider = targets.filter((target) => parseTargetName(target).provider === text);
  const [only] = ofProvider;
  if (only !== undefined && ofProvider.length === 1) return targets.indexOf(only);
  const meant = nearest(text, targets);
  throw new CommandError(`Route ${route} has no target ${terminalSafe(text)}.`, {
    why:
      ofProvider.length > 1
        ? `it has several of that provider: ${ofProvider.join(', ')}`
        : `it has ${targets.join(', ')}`,
    fix: meant === undefined || ofProvider.length > 1 ? `gw route show ${route}` : `did you mean ${meant}?`,
    exit: EXIT.usage,
  });
}

/** A position as typed, counted from 1. */
export function readPosition(text: string, last: number): number {
  const position = Number(text);
  if (/^\d+$/.test(text) && position >= 1 && position <= last) return position;
  throw new CommandError('That is no position in the route.', {
    why: `positions are counted from 1, and the last one here is ${last}`,
    fix: last === 1 ? 'use 1' : `use a number from 1 to ${last}`,
    exit: EXIT.usage,
  });
}

/** The targets of a route as the file has them now. */
export function draftTargets(routes: JsonObject, name: string): string[] {
  const entry = Object.hasOwn(routes, name) ? routes[name] : undefined;
  const targets = isObject(entry) ? entry['targets'] : undefined;
  return Array.isArray(targets) ? targets.filter(isString) : [];
}
