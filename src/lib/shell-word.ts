/** A word as a POSIX shell reads it back: as it is where that is safe, else between single quotes. */
export function shellWord(text: string): string {
  // A tilde is a home wherever a shell looks for one, and zsh takes `=word` for a program's path.
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
