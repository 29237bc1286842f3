/** What to type to set a variable. Windows has two shells, and nothing but the shell itself can tell them apart surely. */
export function setVariable(
  name: string,
  value: string,
  platform: NodeJS.Platform = process.platform,
): string {
  return platform === 'win32'
    ? `set ${name}=${value} (PowerShell: $env:${name} = '${value}')`
    : `export ${name}=${value}`;
}
