import type { FormatName } from '../core/operation.ts';
import type { Asked, Identity } from './asked.ts';
import type { Event } from './event.ts';
import type { Recipe } from './recipe.ts';
import type { Script } from './script.ts';
import type { ErrorShape } from './trouble.ts';

/** One thing a simulated provider can be asked. */
export interface Operation {
  /** Any when absent. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly body: 'json' | 'form' | 'any';
  /** Only requests with this header are meant. */
  readonly header?: string;
  /** A model need not be named; the operation sees to it where it must. */
  readonly modelOptional?: true;
  /** The answer leaves something behind or shows all of the request, so it must be made anew each time. */
  readonly remembers?: true;
  readonly answer: (asked: Asked, recipe: Recipe, identity: Identity) => Script;
}

/** What an answer's headers may tell. */
export interface HeaderScene {
  /** 1 for the simulator's first call. */
  readonly number: number;
  readonly name: string;
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly limited: boolean;
}

/** A wire format as its own provider speaks it. */
export interface Dialect {
  readonly name: FormatName;
  /** Whose API it is. */
  readonly title: string;
  /** Below the simulator's origin: what a provider's address ends in. */
  readonly root: string;
  /** How its SDK is pointed at the simulator; `$origin` stands for the address. */
  readonly client: string;
  readonly operations: readonly Operation[];
  /** Requests that are meant for this provider, also where nothing answers: they get its own 404. */
  readonly isAddressed: (asked: Asked) => boolean;
  readonly errors: ErrorShape;
  /** The 404 of a path where nothing answers. */
  readonly nowhere: (asked: Asked) => Script;
  readonly headers: (scene: HeaderScene) => Readonly<Record<string, string>>;
  /** A 200 that says nothing: without choices (candidates, blocks), or with an empty text. */
  readonly hollow: Readonly<Record<'choices' | 'content', Hollow>>;
  /** One event that is no JSON. */
  readonly broken: { readonly name?: string; readonly text: string };
}

interface Hollow {
  readonly whole: unknown;
  readonly events: readonly Event[];
}
