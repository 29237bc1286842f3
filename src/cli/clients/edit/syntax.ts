import { type Edit, unreadable, type Reading } from './edit.ts';
import { editJson, readJson, readStrictJson } from './json.ts';
import { editToml, readToml } from './toml.ts';
import { editVariables, readVariables } from './variables-file.ts';
import { editYaml, readYaml } from './yaml.ts';

/** How a settings file is read, and changed in place. */
interface Syntax {
  /** What it says; throws, in its own words, where it cannot be read. */
  read(text: string): unknown;
  /** The text with one value set, or taken away; everything else stays as it is. */
  edit(text: string, edit: Edit): string;
}

/** JSON with comments and without, TOML, YAML, and lines of `NAME=value`. */
const SYNTAXES = {
  json: { read: readJson, edit: editJson },
  // Claude Code passes a file with comments over as a whole.
  strictJson: { read: readStrictJson, edit: editJson },
  toml: { read: readToml, edit: editToml },
  yaml: { read: readYaml, edit: editYaml },
  variables: { read: readVariables, edit: editVariables },
} as const satisfies Readonly<Record<string, Syntax>>;

export type SettingsSyntax = keyof typeof SYNTAXES;

/** What a settings file says. */
export function readSettings(syntax: SettingsSyntax, text: string): Reading {
  try {
    return { is: 'ok', document: SYNTAXES[syntax].read(text) };
  } catch (error) {
    return unreadable(error);
  }
}

/** The text with one value changed. */
export function editSettings(syntax: SettingsSyntax, text: string, edit: Edit): string {
  return SYNTAXES[syntax].edit(text, edit);
}
