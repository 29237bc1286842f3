import type { Context } from './context.ts';

/** One command, as data: help, completion and `docs/commands.md` are made from it. */
export interface Command {
  /** Positional arguments in commander's notation: `<name>`, `[name]`, `<names...>`. */
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** What follows the first positional argument is somebody else's command line: its options are not ours. */
  readonly passThrough?: true;
  /** Full command lines that do something useful; at least one. */
  readonly examples: readonly string[];
  /** Does the work; answers with an exit code (none means 0). Failures are thrown as `CommandError`. */
  run(context: Context, input: Input): Promise<number | void>;
}

export interface CommandArgument {
  readonly name: string;
  readonly summary: string;
}

export interface CommandOption {
  /** `-f, --follow`, `--port <number>`, `--key <reference...>`, `--no-test`. */
  readonly flags: string;
  readonly summary: string;
}

/** Where the tree of commands is written down: names, one-line summaries, and how to load the rest. */
export interface CommandEntry {
  /** `provider add`. */
  readonly path: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command there is, and what the words that group them are about. */
export interface CommandTree {
  readonly commands: readonly CommandEntry[];
  readonly nouns: Readonly<Record<string, string>>;
}

/** What the user typed after the command's name, read once through the method that says what it must be. */
export class Input {
  readonly #positional: readonly unknown[];
  readonly #options: Readonly<Record<string, unknown>>;
  /** For a command about commands, which cannot import the tree that imports it. */
  readonly tree: CommandTree;

  constructor(
    positional: readonly unknown[],
    options: Readonly<Record<string, unknown>>,
    tree: CommandTree = { commands: [], nouns: {} },
  ) {
    this.#positional = positional;
    this.#options = options;
    this.tree = tree;
  }

  /** The n-th positional argument, when given. */
  argument(index: number): string | undefined {
    const value = this.#positional[index];
    return typeof value === 'string' ? value : undefined;
  }

  /** A variadic positional argument's values. */
  arguments(index: number): readonly string[] {
    return strings(this.#positional[index]);
  }

  /** True when a flag without value was given. `--no-x` is read as `flag('x') === false`. */
  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  /** True when `--no-<name>` was given, for an option that may also be given as `--<name>`. */
  isOff(name: string): boolean {
    return this.#options[name] === false;
  }

  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** A repeatable option's values. */
  list(name: string): readonly string[] {
    return strings(this.#options[name]);
  }
}

function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
