// Nearly every chunk of a stream is text of its first choice and nothing else. To parse it as JSON makes some ten
// objects only to find that out; a regular expression makes none. It knows fewer chunks than JSON.parse does, and none
// that JSON.parse would read otherwise: whatever does not match is parsed.

/** Matching text full of escapes takes memory for each of them; in a long chunk parsing is no longer what costs. */
const MOST_CHARACTERS = 4096;

const PLAIN = String.raw`[^"\\\x00-\x1f]*`;
const TEXT = String.raw`"${PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${PLAIN})*"`;
const SCALAR = `(?:${TEXT}|0|[1-9][0-9]*|null|true|false)`;

const DELTA = objectWith(`"content": ?(?!"")${TEXT}`, [anyBut('content')]);
const CHOICE = objectWith(`"delta": ?${DELTA}`, [
  anyBut('delta', 'index', 'finish_reason'),
  '"index": ?0',
  '"finish_reason": ?null',
]);
const CHUNK = objectWith(`"choices": ?\\[${CHOICE}\\]`, [
  anyBut('choices', 'error', 'object', 'usage', 'x_groq'),
  '"object": ?"chat\\.completion\\.chunk"',
  '"usage": ?null',
]);
const WHOLE = new RegExp(`^${CHUNK}$`);

/** Whether a chunk brings text of choice 0 and does nothing else; one that does so in an unusual way is not told. */
export function isPlainDelta(chunk: string): boolean {
  return chunk.length <= MOST_CHARACTERS && WHOLE.test(chunk);
}

/** A member with a simple value and any name but those: what judges an answer is in none of them. */
function anyBut(...names: readonly string[]): string {
  return `"(?!(?:${names.join('|')})")${PLAIN}": ?${SCALAR}`;
}

/** An object with that member, and with any number of the others before and after it. */
function objectWith(member: string, others: readonly string[]): string {
  const other = `(?:${others.join('|')})`;
  return `\\{(?:${other}, ?)*${member}(?:, ?${other})*\\}`;
}
