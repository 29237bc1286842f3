/** A stretch of text that is in both, only in the first, or only in the second. */
export interface DiffPiece {
  readonly is: 'same' | 'removed' | 'added';
  readonly text: string;
}

// The table of a comparison has words × words fields; past this the part that differs is told as a whole.
const MOST_FIELDS = 16_000_000;

/** What became of a text, word by word: the shortest way from one to the other. */
export function diffWords(before: string, after: string): readonly DiffPiece[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [middleA, middleB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const pieces = new Pieces();
  pieces.add('same', a.slice(0, start));
  if (middleA.length * middleB.length > MOST_FIELDS) {
    pieces.add('removed', middleA);
    pieces.add('added', middleB);
  } else walk(middleA, middleB, pieces);
  pieces.add('same', a.slice(a.length - end));
  return pieces.list;
}

/** Words, each with the space after it. */
export function wordsOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** Follows the longest common subsequence from its beginning. */
function walk(a: readonly string[], b: readonly string[], pieces: Pieces): void {
  const width = b.length + 1;
  const common = commonLengths(a, b);
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      pieces.add('same', [a[i++] ?? '']);
      j++;
    } else if ((common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
      pieces.add('removed', [a[i++] ?? '']);
    else pieces.add('added', [b[j++] ?? '']);
  }
  pieces.add('removed', a.slice(i));
  pieces.add('added', b.slice(j));
}

/** For each pair of places the length of what the rests have in common. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [down = 0, right = 0] = [common[(i + 1) * width + j], common[i * width + j + 1]];
      const diagonal = common[(i + 1) * width + j + 1] ?? 0;
      common[i * width + j] = a[i] === b[j] ? diagonal + 1 : Math.max(down, right);
    }
  }
  return common;
}

class Pieces {
  readonly list: DiffPiece[] = [];

  add(is: DiffPiece['is'], words: readonly string[]): void {
    const text = words.join('');
    if (text === '') return;
    const last = this.list.at(-1);
    if (last?.is === is) this.list[this.list.length - 1] = { is, text: last.text + text };
    else this.list.push({ is, text });
  }
}
