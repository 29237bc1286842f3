/**
 * Compiles a pattern in which `*` stands for any run of characters (slashes too) and `?` for one. What lies between two
 * stars is found where it stands first and nowhere else, so a long text of somebody else's choice cannot make the
 * search explode, as `.*` after `.*` would.
 */
export function globToRegExp(pattern: string): RegExp {
  const [first = '', ...others] = pattern.split(/\*+/).map(literal);
  const last = others.pop();
  const between = others.filter((part) => part !== '').map((part) => `(?:(?!${part}).)*${part}`);
  const end = last === undefined ? '' : `.*${last}`;
  return new RegExp(`^${first}${between.join('')}${end}$`, 's');
}

/** True when the text has a character that a glob treats specially. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*') || pattern.includes('?');
}

function literal(part: string): string {
  return part.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('?', '.');
}
