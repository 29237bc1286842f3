/** Text in code type; nothing for nothing. */
export function inCode(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}

/** A table with pipes in cells escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
