const BLOCKS = '·▁▂▃▄▅▆▇█';
const PLAIN = '.:-=+*%#@';

/**
 * Counts as a line of blocks, one step after the other; none is a dot, and whatever is more than none is seen. The
 * highest fills its line. `repeat` draws each step so many times.
 */
export function sparkline(
  counts: readonly number[],
  { utf8, repeat = 1 }: { readonly utf8: boolean; readonly repeat?: number },
): string {
  const ramp = utf8 ? BLOCKS : PLAIN;
  const highest = Math.max(...counts, 1);
  return counts
    .map((count) => ramp.charAt(Math.ceil((count / highest) * (ramp.length - 1))).repeat(repeat))
    .join('');
}
