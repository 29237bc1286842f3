import type { Change } from './connect/change.ts';
import type { SettingsSyntax } from './edit/syntax.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a client's settings are looked for. */
export interface Place {
  readonly home: string;
  readonly env: Environment;
  readonly cwd: string;
}

/** What a client needs to know of gw. */
export interface Gateway {
  /** `http://127.0.0.1:4499`. */
  readonly address: string;
  /** The route that takes every model, as the name of a model. */
  readonly model: string;
  /** Every model's name there is to choose from. */
  readonly models: readonly string[];
}

/** What starting a client takes into account. */
export interface LaunchGround extends Place, Gateway {
  /** What it sends as its key: gw's token, or a stand-in. */
  readonly key: string;
  /** What its person typed behind its name. */
  readonly words: readonly string[];
}

/** How to start a client so that its calls go through gw, this once. */
export interface Launching {
  readonly words: readonly string[];
  /** Undefined takes a variable away: it would lead past gw. */
  readonly env: Environment;
  /** What its person should know first. */
  readonly notes?: readonly string[];
  /** Takes back what was put on disk for it. */
  readonly finish?: () => void;
}

/** A file in which a client keeps where it sends its requests. */
export interface SettingsFile {
  readonly path: string;
  readonly syntax: SettingsSyntax;
  /** The address in it, read from what the file says; undefined when it says none. */
  addressIn(document: unknown): string | undefined;
}

/** A program that calls models, and what gw knows of it. */
export interface Client {
  readonly title: string;
  /** Its command. */
  readonly program?: string;
  /** How to get it. */
  readonly install: string;
  /** How its calls name themselves, for telling them from others'. */
  readonly callers: readonly string[];
  /** Variables that it takes its address from. */
  readonly variables: readonly string[];
  /** What its settings say counts more than these variables. */
  readonly settingsWin?: true;
  /** Its settings files, the one that counts most first. */
  files(place: Place): readonly SettingsFile[];
  launch?(ground: LaunchGround): Launching;
  /** What is to be changed in which file; undefined where gw does not write. */
  connect?(ground: ConnectGround): Change;
  /** What a person does instead, where gw writes nothing. */
  readonly byHand?: string;
}

/** What connecting a client takes into account. */
export interface ConnectGround extends Place, Gateway {
  /** How the client gets gw's token, where gw wants one. */
  readonly token: TokenSource | undefined;
}

/** A token is referred to, never written into somebody else's file. */
export type TokenSource =
  | { readonly is: 'variable'; readonly name: string }
  /** Only `gw env --token` can print it. */
  | { readonly is: 'command' };
