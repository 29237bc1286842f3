/**
 * How well a text answers what somebody typed: 0 is the very word, 1 begins so, 2 has a word that begins so, 3 contains
 * it, 4 has its letters in this order, close together. Undefined when it is no answer. Case does not matter; of several
 * words each must be found, and the worst one counts.
 */
export function fuzzyRank(typed: string, text: string): number | undefined {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let worst = 0;
  for (const word of words) {
    const rank = rankOf(word, text.toLowerCase());
    if (rank === undefined) return undefined;
    worst = Math.max(worst, rank);
  }
  return worst;
}

/** Those that answer what was typed, the best first; without anything typed all of them, in their order. */
export function fuzzyFind<T>(
  typed: string,
  items: readonly T[],
  textsOf: (item: T) => readonly string[],
): T[] {
  if (typed.trim() === '') return [...items];
  return items
    .flatMap((item) => {
      const ranks = textsOf(item).map((text) => fuzzyRank(typed, text));
      const best = Math.min(...ranks.map((rank) => rank ?? Infinity));
      return best === Infinity ? [] : [{ item, best }];
    })
    .sort((a, b) => a.best - b.best)
    .map(({ item }) => item);
}

function rankOf(word: string, text: string): number | undefined {
  if (text === word) return 0;
  if (text.startsWith(word)) return 1;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!/[a-z0-9]/.test(text[at - 1] ?? '')) return 2;
  }
  if (text.includes(word)) return 3;
  return hasInOrder(word, text) ? 4 : undefined;
}

// Two letters are in nearly every text in some order.
const MIN_LETTERS = 3;

/** Its letters in order, with at most as many others between them as there are letters. */
function hasInOrder(word: string, text: string): boolean {
  if (word.length < MIN_LETTERS) return false;
  for (
    let start = text.indexOf(word[0] ?? '');
    start !== -1;
    start = text.indexOf(word[0] ?? '', start + 1)
  ) {
    let at = start;
    for (const letter of word.slice(1)) {
      at = text.indexOf(letter, at + 1);
      if (at === -1) return false;
    }
    if (at - start < word.length * 2) return true;
  }
  return false;
}
