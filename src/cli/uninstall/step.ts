import type { CommandEntry } from '../command.ts';
import type { Context } from '../context.ts';

/** What taking gw off this machine works with. */
export interface Ground {
  readonly context: Context;
  readonly home: string;
  readonly keepProfile: boolean;
  readonly commands: readonly CommandEntry[];
}

/** How one thing went. */
export interface Done {
  readonly is: 'done' | 'failed';
  readonly sentence: string;
}

/** Something gw put on this machine. */
export interface Leftover {
  /** What it is, as a sentence of what is going to happen to it. */
  readonly sentence: string;
  remove(): Promise<readonly Done[]>;
}

/** A kind of thing gw leaves behind. The table of them is walked in order. */
export interface Step {
  readonly id: string;
  find(ground: Ground): Promise<readonly Leftover[]> | readonly Leftover[];
}

export function done(sentence: string): Done {
  return { is: 'done', sentence };
}

export function failed(sentence: string): Done {
  return { is: 'failed', sentence };
}
