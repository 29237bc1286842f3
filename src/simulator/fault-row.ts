import type { Dialect } from './dialect.ts';
import type { Recipe } from './recipe.ts';
import type { Place, Script } from './script.ts';

/** What a fault's value must be; `choice` lists the words. */
export type ValueKind = 'duration' | 'size' | 'count' | 'integer' | 'share' | 'text' | 'url';

/** One line of the table of simulated faults. */
export interface FaultRow {
  readonly group: FaultGroup;
  readonly summary: string;
  readonly example: string;
  /** Other texts worth knowing, with what they mean. */
  readonly variants?: Readonly<Record<string, string>>;
  /** `name=value`. Without a default the value must be given. */
  readonly value?: {
    readonly kind: ValueKind;
    readonly default?: string;
    readonly choices?: readonly string[];
  };
  /** `name@place`; the first one is where it happens when nothing is said. */
  readonly places?: readonly Place['name'][];
  /** The `;option=value` it understands, besides the modifiers. */
  readonly options?: readonly string[];
  /** The words an option may have, for those that do not take any text. */
  readonly optionChoices?: Readonly<Record<string, readonly string[]>>;
  /** Changes what the answer is made of. */
  readonly season?: (recipe: Recipe, part: FaultPart) => Recipe;
  /** Changes the finished answer. */
  readonly bend?: (script: Script, part: FaultPart, scene: Scene) => Script;
}

export const FAULT_GROUPS = {
  status: 'Refusals',
  connection: 'Broken connections',
  stream: 'Broken streams and answers',
  wire: 'HTTP as it should not be',
  flavour: 'Odd but legal answers',
  pace: 'Pace',
  shape: 'Size and content',
} as const;

export type FaultGroup = keyof typeof FAULT_GROUPS;

/** One fault as asked for: `stall@event=3;first=2`. */
export interface FaultPart {
  readonly row: FaultRow;
  /** What was typed. */
  readonly text: string;
  /** The name typed, which for refusals is the status: `429`. */
  readonly name: string;
  /** The value typed, or the row's default, or an empty text. */
  readonly value: string;
  readonly place: Place | undefined;
  readonly options: ReadonlyMap<string, string>;
  readonly when: Occurrence;
}

/** Which of the requests that ask for it the fault meets. */
export interface Occurrence {
  readonly after: number;
  readonly first: number;
  /** 0 to 1. */
  readonly share: number;
}

/** A fault text that was understood: one part, or several joined with `+`. */
export interface SimulatedFault {
  readonly text: string;
  readonly parts: readonly FaultPart[];
}

/** What a fault may know of the request it meets. */
export interface Scene {
  readonly now: number;
  readonly model: string;
  /** The format asked in, whose words are used. */
  readonly dialect: Dialect;
}
