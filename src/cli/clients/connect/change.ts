import type { Edit } from '../edit/edit.ts';
import type { SettingsSyntax } from '../edit/syntax.ts';

/** What connecting a client means: values in one file, or why gw does not write them. */
export type Change =
  | {
      readonly is: 'edits';
      readonly file: string;
      readonly syntax: SettingsSyntax;
      readonly edits: readonly Edit[];
      /** What its person should know of it. */
      readonly notes?: readonly string[];
    }
  | { readonly is: 'refused'; readonly why: string; readonly fix: string };
