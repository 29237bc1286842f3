import { type ConnectFailure, connectControl, type ControlClient, type Hello } from '../control/index.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Paths } from '../core/paths.ts';
import { type DaemonState, readState } from './state-file.ts';

/** A daemon that answered. */
export interface FoundDaemon {
  readonly client: ControlClient;
  readonly hello: Hello;
  /** What it left on disk, when that is its own. */
  readonly state: DaemonState | undefined;
}

/**
 * Finds the daemon that serves these paths. Alive means that it answers on its socket; a state file, a pid or a
 * socket without an answer is what a dead one left. Close the client when done.
 */
export async function findDaemon(
  paths: Paths,
  { timeoutMs = 2_000 }: { readonly timeoutMs?: number } = {},
): Promise<Outcome<FoundDaemon, ConnectFailure>> {
  const connected = await connectControl(paths.socket, { timeoutMs });
  if (connected.is === 'failed') return connected;
  const client = connected.value;
  try {
    const hello = await client.call('hello', {}, timeoutMs);
    const state = readState(paths.state);
    return ok({ client, hello, state: state?.instance === hello.instance ? state : undefined });
  } catch {
    client.close();
    return failed('timeout');
  }
}
