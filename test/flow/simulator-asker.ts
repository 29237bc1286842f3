import type { FormatName } from '../../src/core/operation.ts';

/** What is asked, in no format's words. */
export interface Ask {
  readonly model?: string;
  readonly system?: string;
  readonly question: string;
  readonly stream: boolean;
  readonly limit?: number;
  /** Offers `get_weather` and `get_time`. */
  readonly tools?: boolean;
  readonly think?: boolean;
}

/** What was heard of one answer, in no format's words. Figures add up as in the format. */
export interface Heard {
  readonly text: string;
  readonly thought: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  /** The format's own word. */
  readonly finish: string | null | undefined;
  readonly usage: Readonly<Record<'input' | 'output', number | undefined>> & {
    readonly cached?: number | undefined;
  };
}

/** A client of one format: its vendor's library where there is one, else the bare protocol. */
export interface Asker {
  readonly format: FormatName;
  /** Its words for stop, a limit, a call. */
  readonly finishes: Readonly<Record<'stop' | 'limit' | 'calls', string>>;
  /** Cached tokens are part of the input figure; thoughts are part of the output figure. */
  readonly counts: { readonly cachedInInput: boolean; readonly thoughtInOutput: boolean };
  ask(origin: string, asked: Ask): Promise<Heard>;
}

export const KEY = 'sk-test';
export const SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const }, days: { type: 'integer' as const } },
};
export const TOOL_NAMES = ['get_weather', 'get_time'] as const;

export const FUNCTIONS = TOOL_NAMES.map((name) => ({
  type: 'function' as const,
  function: { name, description: name, parameters: SCHEMA },
}));

export function parsed(text: string): unknown {
  return JSON.parse(text);
}
