import type { FormatName } from '../../core/operation.ts';
import type { AuthScheme, Preset } from '../../core/profile.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { Secret } from '../../lib/secret.ts';
import type { KeyFound } from './foreign.ts';

/** What a reader of another tool's configuration may look things up in. */
export interface ImportSources {
  readonly presets: readonly Preset[];
  /** For addresses that are named by a variable: a profile holds addresses, not their names. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Something of the other configuration that the profile does not have, or has in another way. */
export interface LeftBehind {
  /** Where it stood. */
  readonly place: string;
  readonly why: string;
  /** What comes nearest in gw. */
  readonly nearest?: string;
}

/** A key that stood in the other configuration as it is. */
export interface FoundSecret {
  readonly place: string;
  readonly provider: string;
  /** The variable it would be called, where it is kept in none of gw's places. */
  readonly variable: string;
  readonly key: Secret;
}

/** What is made of another tool's configuration. */
export interface Imported {
  /** The profile as the file has it; each key that stood in the open is replaced by what `keep` says of it. */
  profile(keep: (secret: FoundSecret) => JsonObject): JsonObject;
  readonly secrets: readonly FoundSecret[];
  readonly left: readonly LeftBehind[];
}

export interface WantedProvider {
  readonly place: string;
  readonly name: string;
  readonly preset?: Preset | undefined;
  /** Where it differs from the preset's, or there is none. */
  readonly url?: string | undefined;
  readonly format?: FormatName | undefined;
  readonly auth?: AuthScheme | undefined;
  readonly keys?: readonly KeyFound[];
  readonly headers?: JsonObject;
  readonly models?: readonly string[];
  readonly concurrency?: number | undefined;
}

export interface WantedTarget {
  readonly provider: string;
  readonly model?: string | undefined;
  readonly weight?: number | undefined;
}
