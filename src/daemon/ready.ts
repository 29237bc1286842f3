import { closeSync, writeSync } from 'node:fs';

import { parseJson, stringField } from '../lib/expect.ts';
import { DaemonError, type DaemonErrorKind } from './error.ts';

/** The variable that tells a started daemon which file descriptor its starter listens on. */
export const READY_VARIABLE = 'GW_READY_FD';

/** What a daemon tells whoever started it, once. */
export type Ready =
  | { readonly is: 'ready'; readonly instance: string; readonly address: string }
  | { readonly is: 'failed'; readonly error: DaemonError };

/** Tells the starter how it went. A starter that has gone is no reason to fail. */
export function tellStarter(descriptor: string | undefined, ready: Ready): void {
  if (descriptor === undefined || !/^\d+$/.test(descriptor)) return;
  const line = ready.is === 'ready' ? ready : { is: ready.is, ...plainError(ready.error) };
  try {
    writeSync(Number(descriptor), `${JSON.stringify(line)}\n`);
    closeSync(Number(descriptor));
  } catch {
    // Nobody listens any more.
  }
}

/** Reads the line back; undefined when it is not one. */
export function readReady(line: string): Ready | undefined {
  const parsed = parseJson(line);
  const instance = stringField(parsed, 'instance');
  const address = stringField(parsed, 'address');
  if (stringField(parsed, 'is') === 'ready' && instance !== undefined && address !== undefined) {
    return { is: 'ready', instance, address };
  }
  const message = stringField(parsed, 'message');
  if (message === undefined) return undefined;
  const error = new DaemonError(readKind(stringField(parsed, 'kind')), message, {
    why: stringField(parsed, 'why'),
    fix: stringField(parsed, 'fix'),
  });
  return { is: 'failed', error };
}

function plainError({ kind, message, why, fix }: DaemonError): object {
  return { kind, message, why, fix };
}

function readKind(text: string | undefined): DaemonErrorKind {
  return text === 'config' || text === 'running' ? text : 'start';
}
