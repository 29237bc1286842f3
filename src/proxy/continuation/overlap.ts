/** How far back a model repeats what was said, at most. */
const FARTHEST = 400;
/** So many characters in common are no chance. */
const CERTAIN = 12;
/** The word that was cut off is repeated from its beginning: enough when it has so many characters. */
const SHORTEST_WORD = 3;

/**
 * How many characters at the beginning of `next` repeat the end of `before`. Undefined while more of `next` must be
 * known; `isWhole`: there is no more.
 */
export function overlap(before: string, next: string, isWhole: boolean): number | undefined {
  const tail = before.slice(-FARTHEST);
  for (let from = 0; from < tail.length; from++) {
    const end = tail.slice(from);
    if (!isTelling(tail, from)) continue;
    if (next.startsWith(end)) return end.length;
    if (end.startsWith(next) && !isWhole) return undefined;
  }
  return 0;
}

/** Whether what stands from there on is repeated on purpose when it is repeated. */
function isTelling(tail: string, from: number): boolean {
  const length = tail.length - from;
  return length >= CERTAIN || (length >= SHORTEST_WORD && beginsWord(tail, from));
}

function beginsWord(text: string, at: number): boolean {
  return /[\p{L}\p{N}]/u.test(text[at] ?? '') && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ');
}
