/**
 * - `config`: the profile cannot be used.
 * - `running`: another daemon is there already.
 * - `start`: anything else that keeps a daemon from serving (a busy port, a directory that is not ours).
 */
export type DaemonErrorKind = 'config' | 'running' | 'start';

/** Why there is no daemon, in the three parts every message to a person has. */
export class DaemonError extends Error {
  readonly kind: DaemonErrorKind;
  readonly why: string | undefined;
  readonly fix: string | undefined;

  constructor(
    kind: DaemonErrorKind,
    message: string,
    more: {
      readonly why?: string | undefined;
      readonly fix?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.why = more.why;
    this.fix = more.fix;
  }
}
