/** The sections of AWS's configuration files, with their settings. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads AWS's configuration files (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html): sections, settings,
 * comments after `#` or `;`. Settings inside of a setting (indented) are left out.
 */
export function readIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, title] = /^\s*\[([^\]]+)\]\s*(?:[#;].*)?$/.exec(line) ?? [];
    if (title !== undefined) {
      const name = title.trim().replace(/\s+/g, ' ');
      current = sections.get(name) ?? new Map();
      sections.set(name, current);
      continue;
    }
    if (/^\s|^[#;]/.test(line)) continue;
    const equals = line.indexOf('=');
    if (equals <= 0) continue;
    const value = line
      .slice(equals + 1)
      .replace(/\s[#;].*$/, '')
      .trim();
    current?.set(line.slice(0, equals).trim().toLowerCase(), value);
  }
  return sections;
}
