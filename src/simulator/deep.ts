// Shorter bodies cannot be nested deeply enough to matter, and need no look.
const SHORTEST = 4096;
// Far beyond what any client sends, and far from what overflows the stack of whoever walks or prints the value.
const MOST = 1000;
const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = Buffer.from('"\\[]{}');

/** Whether JSON is nested so deeply that a real provider would refuse to read it. */
export function isTooDeep(json: Buffer): boolean {
  if (json.length < SHORTEST) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) depth++;
    else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
    if (depth > MOST) return true;
  }
  return false;
}

function endOfString(json: Buffer, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === BACKSLASH) at++;
    else if (json[at] === QUOTE) return at;
  }
  return json.length;
}
