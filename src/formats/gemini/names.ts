import type { JsonView } from '../../lib/json-view.ts';

/**
 * A field by its name, also where it is spelled `like_this`: protocol buffers read both
 * (https://protobuf.dev/programming-guides/json/), and Google's own libraries send both.
 */
export function pick(view: JsonView | undefined, name: string): JsonView | undefined {
  return view?.get(name) ?? view?.get(snake(name));
}

/** The same for text. */
export function pickString(view: JsonView | undefined, name: string): string | undefined {
  return pick(view, name)?.asString();
}

/** The items of a list; a single one may stand without brackets. */
export function pickList(view: JsonView | undefined, name: string): readonly JsonView[] {
  const found = pick(view, name);
  if (!found) return [];
  return found.kind === 'array' ? found.items() : [found];
}

/** The name as Google's documentation spells it. */
export function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
