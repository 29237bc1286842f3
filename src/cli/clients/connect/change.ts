import type { Edit } from '../edit/edit.ts';
import type { SettingsSyntax } from '../edit/syntax.ts';

/** Values of one settings file that are to change. */
export interface FileChange {
  readonly file: string;
  readonly syntax: SettingsSyntax;
  readonly edits: readonly Edit[];
}

/** What connecting a client means: values in its files, or why gw does not write them. */
export type Change =
  | {
      readonly is: 'edits';
      readonly files: readonly FileChange[];
      /** What its person should know of it. */
      readonly notes?: readonly string[];
    }
  | { readonly is: 'refused'; readonly why: string; readonly fix: string };
