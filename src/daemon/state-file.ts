import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import { CAPTURE_MODES, type CaptureMode } from '../core/capture.ts';
import { errorMessage, field, isKeyOf, numberField, parseJson, stringField } from '../lib/expect.ts';

/** What was asked for on the command line, over what the profile says; kept so that a restart can repeat it. */
export interface Overrides {
  readonly port?: number;
  readonly host?: string;
  readonly profile?: string;
  readonly capture?: CaptureMode;
  /** Path of the Unix socket to listen on too. */
  readonly socket?: string;
}

/** What a daemon leaves on disk after it listens. It tells where to look, never who is alive: ask the socket. */
export interface DaemonState {
  readonly pid: number;
  readonly instance: string;
  /** `http://127.0.0.1:4499`. */
  readonly address: string;
  readonly version: string;
  readonly profile: string;
  readonly log: string;
  readonly startedAt: number;
  readonly overrides: Overrides;
}

/**
 * Replaces the state file in one step; 0600. Answers why it could not: a daemon serves without it too, and a full disk
 * must not keep it from that.
 */
export function writeState(path: string, state: DaemonState): string | undefined {
  const draft = `${path}.${state.pid}`;
  try {
    // Whatever stands there, be it a link, is not to be written through.
    rmSync(draft, { force: true });
    writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
    return undefined;
  } catch (error) {
    rmSync(draft, { force: true });
    return errorMessage(error);
  }
}

/** The state a daemon left; undefined when there is none or it is not readable. */
export function readState(path: string): DaemonState | undefined {
  let parsed: unknown;
  try {
    parsed = parseJson(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  const instance = stringField(parsed, 'instance');
  const address = stringField(parsed, 'address');
  if (instance === undefined || address === undefined) return undefined;
  return {
    pid: numberField(parsed, 'pid') ?? 0,
    instance,
    address,
    version: stringField(parsed, 'version') ?? '',
    profile: stringField(parsed, 'profile') ?? '',
    log: stringField(parsed, 'log') ?? '',
    startedAt: numberField(parsed, 'startedAt') ?? 0,
    overrides: readOverrides(field(parsed, 'overrides')),
  };
}

/** Removes the state file, but only our own: another daemon may have written its own since. */
export function removeState(path: string, instance: string): void {
  if (readState(path)?.instance === instance) rmSync(path, { force: true });
}

function readOverrides(value: unknown): Overrides {
  const port = numberField(value, 'port');
  const host = stringField(value, 'host');
  const profile = stringField(value, 'profile');
  const capture = stringField(value, 'capture');
  const socket = stringField(value, 'socket');
  return {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(profile === undefined ? {} : { profile }),
    ...(capture !== undefined && isKeyOf(CAPTURE_MODES, capture) ? { capture } : {}),
    ...(socket === undefined ? {} : { socket }),
  };
}
