import type { KeyReference } from '../core/profile.ts';

/** One question to a server that hands out tokens. */
export interface TokenQuestion {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Its answer, whatever the status. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: string;
}

/** What credentials are looked up in: everything outside of this folder that it touches. */
export interface Outside {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly now: () => number;
  /** The text of a file; undefined when it cannot be read. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** Rejects when no answer came in time. */
  readonly ask: (question: TokenQuestion) => Promise<TokenAnswer>;
  /** Keeps a secret that took the place of an older one where its reference says; never rejects. */
  readonly keep?: (reference: KeyReference, value: string) => Promise<void>;
  /** What a command of the user's own configuration printed; rejects when it failed. */
  readonly run: (command: string) => Promise<string>;
}

/** The value of a variable that is set to something. */
export function variable({ env }: Outside, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
