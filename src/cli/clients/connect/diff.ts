const CONTEXT = 2;

/** One line of a comparison. */
export interface DiffLine {
  readonly is: 'same' | 'added' | 'removed';
  readonly text: string;
}

/**
 * The lines that differ, with two around them. Settings files are small and change in one or two places, so what is
 * alike at both ends is passed over first and the rest compared line by line.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const all = compare(a, b);
  return all.filter((line, index) => {
    if (line.is !== 'same') return true;
    return all.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ is }) => is !== 'same');
  });
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** Along the longest common subsequence. */
function compare(a: readonly string[], b: readonly string[]): DiffLine[] {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const longer = Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
      common[i * width + j] = a[i] === b[j] ? (common[(i + 1) * width + j + 1] ?? 0) + 1 : longer;
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ is: 'same', text: a[i++] ?? '' });
      j++;
    } else if (
      i < a.length &&
      (j >= b.length || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      lines.push({ is: 'removed', text: a[i++] ?? '' });
    } else lines.push({ is: 'added', text: b[j++] ?? '' });
  }
  return lines;
}
