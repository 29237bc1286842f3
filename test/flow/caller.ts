import type { CallerFormatName } from '../../src/core/operation.ts';

/** What a caller heard of one answer, in no format's words. */
export interface Heard {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  /** `calls`, `stop`, or the format's own word. */
  readonly finish: string;
  readonly output: number;
}

/** One conversation under way; its history is kept as the library's documentation says. */
export interface Conversation {
  /** Asks, answers every call, and so on until no tool is called; what was heard in each turn. */
  ask(question: string): Promise<readonly Heard[]>;
}

/** A vendor's library, holding a streamed conversation with tools as its documentation says. */
export interface Caller {
  readonly name: string;
  readonly format: CallerFormatName;
  /** Opens a conversation with gw, or with a provider, at this address. */
  open(origin: string): Conversation;
}

/** The model every caller asks for. */
export const MODEL = 'm';
export const KEY = 'sk-of-the-caller';
/** More turns than any conversation here has. */
export const MOST_TURNS = 6;

const PLACE = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const, description: 'Name of the city.' } },
  required: ['city'],
};
export const TOOLS = [
  { name: 'weather', description: 'The weather in a city.', schema: PLACE },
  { name: 'time', description: 'The time in a city.', schema: PLACE },
];

/** What each tool answers. */
export function resultOf(name: string): string {
  return name === 'weather' ? 'sunny, 21 degrees' : 'half past nine';
}

export interface Turn {
  readonly heard: Heard;
  /** A tool was called, and its answer is in the history. */
  readonly goOn: boolean;
}

export async function untilDone(turn: () => Promise<Turn>): Promise<Heard[]> {
  const all: Heard[] = [];
  for (let count = 0; count < MOST_TURNS; count++) {
    const { heard, goOn } = await turn();
    all.push(heard);
    if (!goOn) return all;
  }
  throw new Error('the conversation does not end');
}
