import type { KeyReference, Preset, Provider } from '../../core/profile.ts';
import type { Secret } from '../../lib/secret.ts';

/** Whom to try, and with which key. */
export interface Subject {
  readonly provider: Provider;
  readonly preset: Preset | undefined;
  /** Label of the key; `none` when the provider has none. */
  readonly label: string;
  readonly reference: KeyReference | undefined;
  readonly key: Secret | undefined;
}

/** What trying a provider with one key showed. */
export interface Check {
  readonly provider: string;
  readonly key: string;
  readonly ms: number;
  readonly result: Passed | Failed;
}

export interface Passed {
  readonly is: 'ok';
  readonly models: readonly string[];
  /** The model that answered a chat request, when one was sent. */
  readonly answered: string | undefined;
  /** What the check could not show. */
  readonly note: string | undefined;
}

/** Why it did not work, in the three parts of a message. `status` is absent when no answer came. */
export interface Failed {
  readonly is: 'failed';
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly status: number | undefined;
}
