import { lstatSync } from 'node:fs';
import { basename, extname } from 'node:path';

import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Paths } from '../core/paths.ts';
import type { Preset } from '../core/profile.ts';
import { isObject, type JsonObject, parseJson } from '../lib/expect.ts';
import { type Config, readDocument } from './document.ts';
import { positionOf, scanJson } from './json-text.ts';
import { acquireLock, type LockTiming } from './lock.ts';
import type { ConfigProblem } from './problem.ts';
import type { PlacedProblem } from './reader.ts';
import { makePrivateDirectory, readPrivateFile } from './stored-text.ts';

/** The profile file: read as a whole, changed by one writer at a time, written only when it is right. */
export interface ConfigFile {
  readonly path: string;
  exists(): boolean;
  /** Understands the file; without one, a profile with nothing in it. */
  read(): Outcome<Config, readonly ConfigProblem[]>;
  /** The text of the file; undefined when there is none or it cannot be read. */
  text(): string | undefined;
  /** Makes the directory, private, without writing the file. */
  prepare(): void;
  /** The file as it is written; `{}` when it is absent or no JSON. */
  raw(): JsonObject;
  /**
   * Changes the file under a lock: `edit` gets the newest version; what comes out is validated, then written
   * atomically (0600). When anything is wrong, nothing is written. What `edit` throws is passed on.
   */
  change(edit: (draft: JsonObject) => void): Promise<Outcome<Config, readonly ConfigProblem[]>>;
  /**
   * The same with a whole new text, as an editor leaves it. With `instead` it is refused when the file no longer
   * holds that text: somebody else's change would be lost.
   */
  replace(text: string, instead?: string): Promise<Outcome<Config, readonly ConfigProblem[]>>;
  /** What a text would mean, without touching the file. */
  check(text: string): Outcome<Config, readonly ConfigProblem[]>;
  /** What was put right on the way (permissions), since the last call. */
  takeNotices(): readonly string[];
}

export interface ConfigFileOptions {
  readonly paths: Pick<Paths, 'config' | 'configDir'>;
  readonly presets: readonly Preset[];
  /** For tests; the machine's own time otherwise. */
  readonly timing?: LockTiming;
}

/** How long a change waits for others: each takes milliseconds, so this is hundreds of them. */
const PATIENCE_MS = 15_000;

const SYSTEM_TIMING: LockTiming = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

type Checked = Outcome<Config, readonly ConfigProblem[]>;

/** Opens the profile file; nothing is read or written before it is asked for. */
export function openConfigFile(options: ConfigFileOptions): ConfigFile {
  return new StoredConfig(options);
}

class StoredConfig implements ConfigFile {
  readonly path: string;
  readonly #directory: string;
  readonly #presets: readonly Preset[];
  readonly #timing: LockTiming;
  readonly #notices: string[] = [];

  constructor({ paths, presets, timing = SYSTEM_TIMING }: ConfigFileOptions) {
    this.path = paths.config;
    this.#directory = paths.configDir;
    this.#presets = presets;
    this.#timing = timing;
  }

  exists(): boolean {
    return lstatSync(this.path, { throwIfNoEntry: false }) !== undefined;
  }

  read(): Checked {
    const text = this.#load();
    return text.is === 'failed' ? text : this.check(text.value);
  }

  text(): string | undefined {
    const text = this.#load();
    return text.is === 'ok' && this.exists() ? text.value : undefined;
  }

  raw(): JsonObject {
    const value = parseJson(this.text() ?? '');
    return isObject(value) ? value : {};
  }

  check(text: string): Checked {
    return checkText(text, this.path, this.#presets);
  }

  change(edit: (draft: JsonObject) => void): Promise<Checked> {
    const make = (before: string): Outcome<string, readonly ConfigProblem[]> => {
      const draft = parseDraft(before, this.path);
      if (draft.is === 'failed') return draft;
      edit(draft.value);
      return ok(serialize(draft.value));
    };
    return this.#rewrite(make, (text) => {
      const outcome = this.check(text);
      return outcome.is === 'ok' ? outcome : failed(outcome.fault.map(withoutPosition));
    });
  }

  replace(text: string, instead?: string): Promise<Checked> {
    const make = (before: string): Outcome<string, readonly ConfigProblem[]> =>
      instead !== undefined && before !== instead
        ? this.#refuse('the file was changed by somebody else meanwhile')
        : ok(text);
    return this.#rewrite(make, (made) => this.check(made));
  }

  prepare(): void {
    this.#notices.push(...makePrivateDirectory(this.path));
  }

  takeNotices(): readonly string[] {
    return this.#notices.splice(0);
  }

  /** Makes a new text under the lock; it is written only when it means something. */
  async #rewrite(
    make: (before: string) => Outcome<string, readonly ConfigProblem[]>,
    check: (text: string) => Checked,
  ): Promise<Checked> {
    this.prepare();
    // Before the lock, so that others do not wait while this process loads code.
    const writer = await loadWriter(this.#directory, this.path);
    const lock = await acquireLock(`${this.path}.lock`, PATIENCE_MS, this.#timing);
    if (!lock) {
      return this.#refuse(`another gw is changing this file (if none runs, remove ${this.path}.lock)`);
    }
    try {
      const before = this.#load();
      if (before.is === 'failed') return before;
      const text = make(before.value);
      if (text.is === 'failed') return text;
      const config = check(text.value);
      if (config.is === 'failed' || text.value === before.value) return config;
      if (!lock.stillHeld()) return this.#refuse('another gw began to change this file meanwhile; try again');
      writer(text.value);
      return config;
    } finally {
      lock.release();
    }
  }

  /** The text as it is stored; empty when there is no file. */
  #load(): Outcome<string, readonly ConfigProblem[]> {
    const stored = readPrivateFile(this.path);
    if (stored.is === 'failed') return this.#refuse(stored.fault);
    this.#notices.push(...stored.value.notices);
    return ok(stored.value.text ?? '');
  }

  #refuse(message: string): { readonly is: 'failed'; readonly fault: readonly ConfigProblem[] } {
    return failed([{ file: this.path, place: '', message }]);
  }
}

/** A draft that was never written has no lines that its owner could look at. */
function withoutPosition({ line: _line, column: _column, ...problem }: ConfigProblem): ConfigProblem {
  return problem;
}

function serialize(document: JsonObject): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** JSON text as a draft to edit: it must be JSON, but what it says may be what the edit puts right. */
function parseDraft(text: string, file: string): Outcome<JsonObject, readonly ConfigProblem[]> {
  if (text.trim() === '') return ok({});
  const problems = syntaxProblems(text, file);
  if (problems.length > 0) return failed(problems);
  const value = parseJson(text);
  return isObject(value)
    ? ok(value)
    : failed([{ file, place: '', message: 'the file must hold one object: { … }' }]);
}

function checkText(text: string, file: string, presets: readonly Preset[]): Checked {
  const draft = parseDraft(text, file);
  if (draft.is === 'failed') return draft;
  const { config, problems } = readDocument(draft.value, presets);
  if (problems.length === 0) return ok(config);
  const { offsets } = scanJson(text);
  return failed(problems.map((found) => ({ file, ...found, ...lineOf(found, text, offsets) })));
}

function syntaxProblems(text: string, file: string): ConfigProblem[] {
  const { fault, duplicates } = scanJson(text);
  if (fault) return [{ file, place: '', message: fault.message, ...positionOf(text, fault.offset) }];
  return duplicates.map(({ place, offset }) => ({
    file,
    place,
    message: 'this key is written twice, and only one of them would count',
    ...positionOf(text, offset),
  }));
}

/** Where in the text the problem is; a missing thing is looked for in what should hold it. */
function lineOf(
  problem: PlacedProblem,
  text: string,
  offsets: ReadonlyMap<string, number>,
): { line: number; column: number } | undefined {
  for (let place = problem.place; ; place = place.slice(0, Math.max(0, place.search(/(\.[^.]*|\[\d+\])$/)))) {
    const offset = offsets.get(place);
    if (offset !== undefined) return positionOf(text, offset);
    if (place === '') return undefined;
  }
}

/**
 * Replaces the file. conf writes to a temporary file beside it and renames, so a reader sees the old or the new
 * version, never half of one. It is loaded for a write only: it costs more than every reading command together.
 */
async function loadWriter(directory: string, path: string): Promise<(text: string) => void> {
  const { default: ConfStore } = await import('conf');
  return (text) => {
    const extension = extname(path);
    const store = new ConfStore({
      cwd: directory,
      configName: basename(path, extension),
      fileExtension: extension.slice(1),
      configFileMode: 0o600,
      // Model and route names have dots; a dot must not mean "below".
      accessPropertiesByDotNotation: false,
      // The text was validated as it is; it is written as it is, with the order and spacing its owner gave it.
      serialize: () => text,
      deserialize: () => ({}),
    });
    store.store = {};
  };
}
