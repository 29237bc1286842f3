// JSON as regular expressions, for judging the events of a stream: nearly all of them only bring the next words, and to
// parse one makes some ten objects only to find that out, where an expression makes none. These know less than JSON.parse
// does and nothing that it would read otherwise, so whatever does not match is parsed.

/** Matching text full of escapes takes memory for each of them; of a long event parsing is no longer what costs. */
const MOST_CHARACTERS = 4096;

const PLAIN = String.raw`[^"\\\x00-\x1f]*`;
const TEXT = String.raw`"${PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${PLAIN})*"`;
const SCALAR = String.raw`(?:${TEXT}|0|[1-9][0-9]*|null|true|false|\[\])`;

/** Text with at least one character. */
export const WORDS = `(?!"")${TEXT}`;

/** A test of whole events. */
export function wholly(pattern: string): (event: string) => boolean {
  const whole = new RegExp(`^${pattern}$`);
  return (event) => event.length <= MOST_CHARACTERS && whole.test(event);
}

/** A member with a simple value and any name but those. */
export function anyBut(...names: readonly string[]): string {
  return `"(?!(?:${names.join('|')})")${PLAIN}": ?${SCALAR}`;
}

/** An object with these members one behind the other, and with any number of the others before, between and after. */
export function objectWith(members: readonly string[], others: readonly string[]): string {
  const other = `(?:${others.join('|')})`;
  const [first = '', ...more] = members;
  const rest = more.map((member) => `(?:, ?${other})*, ?${member}`).join('');
  return `\\{(?:${other}, ?)*${first}${rest}(?:, ?${other})* *\\}`;
}
