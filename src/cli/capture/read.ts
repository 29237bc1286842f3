import { connectControl, type Status } from '../../control/index.ts';
import type { Captured } from '../../core/capture.ts';
import type { Trail } from '../../core/trail.ts';
import type { Context } from '../context.ts';
import { readLog } from '../story/log-reading.ts';

const CONNECT_MS = 300;

/** Headers and bodies of an exchange, or why they are not there and which command captures those to come. */
export type CaptureFound =
  | { readonly is: 'found'; readonly captured: Captured }
  | { readonly is: 'missing'; readonly why: string; readonly fix: string };

/** Looks into the request log, which must have been flushed. */
export async function findCapture(context: Context, trail: Trail): Promise<CaptureFound> {
  const captured = readLog(context, (archive) => archive.capture(trail.id));
  if (captured !== undefined) return { is: 'found', captured };
  if (trail.outcome === 'pending') {
    return { is: 'missing', why: 'it is still running', fix: `gw why ${trail.id} --body, when it has ended` };
  }
  if (trail.rehearsal === true) {
    return { is: 'missing', why: 'tests of gw itself are not captured', fix: 'gw requests' };
  }
  return { is: 'missing', ...missing(await captureMode(context)) };
}

function missing(mode: Status['capture']): { readonly why: string; readonly fix: string } {
  switch (mode) {
    case 'all':
      return {
        why: 'it ended before capturing began, or is too old',
        fix: 'gw requests (those from now on are captured)',
      };
    case 'errors':
      return {
        why: 'only requests in which something fails are captured',
        fix: 'gw restart --capture all (for those to come)',
      };
    case 'off':
      return { why: 'bodies are not captured', fix: 'gw restart --capture all (for those to come)' };
    case undefined:
      return {
        why: 'bodies are captured only where that is asked for',
        fix: 'gw start --capture all (for those to come)',
      };
  }
}

async function captureMode({ paths }: Context): Promise<Status['capture']> {
  const connection = await connectControl(paths.socket, { timeoutMs: CONNECT_MS });
  if (connection.is === 'failed') return undefined;
  try {
    return (await connection.value.call('status', {})).capture ?? 'off';
  } catch {
    return undefined;
  } finally {
    connection.value.close();
  }
}
