import { connectControl, type ControlClient, type Status } from '../../control/index.ts';
import type { Captured } from '../../core/capture.ts';
import type { Provider } from '../../core/profile.ts';
import { parseTargetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import { errorMessage } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { findCapture } from '../capture/read.ts';
import { findToken, loadToken, tokenMissing } from '../clients/token.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { openStored } from '../stored-config.ts';
import { compare, type Comparison } from './compare.ts';
import { estimate, type Estimate, likelyTarget } from './price.ts';
import { headersAgain, sendAgain } from './send.ts';

/** A replay that only waits for somebody's word. */
export interface Replay {
  /** Whom it is pinned to, or who answered before. */
  readonly target: string;
  readonly estimate: Estimate;
  /** Asks, and sets the answers side by side. */
  send(): Promise<Comparison>;
  close(): void;
}

/** Finds what is to be asked again, and what that will cost; whatever stands in the way is thrown. */
export async function prepareReplay(context: Context, trail: Trail, on: string | undefined): Promise<Replay> {
  const captured = await requireCapture(context, trail);
  const control = await requireDaemon(context);
  try {
    const status = await control.call('status', {});
    if (on !== undefined) requireProvider(on, status);
    const target = likelyTarget(trail, on);
    const provider = target && providerNamed(context, status, target.provider);
    if (provider?.auth === 'passthrough') throw needsCallersKey(provider.name);
    const token = await tokenHeaders(context);
    return {
      target: on ?? (target === undefined ? 'the same route' : `${target.provider}/${target.model}`),
      estimate:
        target === undefined
          ? { is: 'unknown', why: 'nobody was asked before' }
          : await estimate(context, trail, target, provider),
      send: async () => {
        const headers = headersAgain(captured.request.headers, { on, token });
        const to = { address: status.address, headers, clock: context.clock, control };
        const answer = await sendAgain(captured, trail, to).catch((error: unknown) => {
          throw new CommandError('gw did not answer', {
            why: terminalSafe(errorMessage(error)),
            fix: 'gw status, and gw logs (what it did last)',
            exit: EXIT.failed,
          });
        });
        return compare(trail, captured, answer);
      },
      close: () => control.close(),
    };
  } catch (error) {
    control.close();
    throw error;
  }
}

async function requireCapture(context: Context, trail: Trail): Promise<Captured> {
  const found = await findCapture(context, trail);
  if (found.is === 'missing') {
    throw new CommandError(`what ${trail.id} asked is not known any more`, {
      why: found.why,
      fix: found.fix,
      exit: EXIT.failed,
    });
  }
  const { request } = found.captured;
  if (request.isCut) {
    throw new CommandError(`${trail.id} cannot be asked again: only the beginning of its body was kept`, {
      why: `it had ${request.bytes.toLocaleString('en-US')} bytes, and record.captureBytes says how many are kept`,
      fix: 'gw config set record.captureBytes 16MB (for requests to come)',
      exit: EXIT.failed,
    });
  }
  return found.captured;
}

async function requireDaemon(context: Context): Promise<ControlClient> {
  const connected = await connectControl(context.paths.socket);
  if (connected.is === 'ok') return connected.value;
  throw new CommandError('gw is not running', {
    why: 'a request is asked again through the running proxy, with its keys and its policy',
    fix: 'gw start',
    exit: EXIT.notRunning,
  });
}

function requireProvider(on: string, { providers }: Status): void {
  const { provider } = parseTargetName(on);
  const names = providers.map(({ name }) => name);
  if (names.includes(provider)) return;
  const meant = nearest(provider, names);
  throw new CommandError(`there is no provider ${terminalSafe(provider)}`, {
    why: `gw serves ${names.map(terminalSafe).join(', ')}`,
    fix: meant === undefined ? '--on provider/model' : `--on ${terminalSafe(on.replace(provider, meant))}`,
    exit: EXIT.usage,
  });
}

/** As the profile file has it; the daemon does not tell prices. */
function providerNamed(context: Context, { profile }: Status, name: string): Provider | undefined {
  const read = openStored(context).read();
  const found = read.is === 'ok' ? read.value.profiles[profile] : undefined;
  return found?.providers.find((provider) => provider.name === name);
}

function needsCallersKey(provider: string): CommandError {
  return new CommandError(`${terminalSafe(provider)} cannot be asked again from here`, {
    why: "it takes the caller's own key, and gw keeps no key of a caller",
    fix: '--on another-provider/model',
    exit: EXIT.failed,
  });
}

async function tokenHeaders(context: Context): Promise<Record<string, string>> {
  const reference = findToken(context);
  if (reference === undefined) return {};
  const token = await loadToken(context, reference);
  if (token === undefined) throw tokenMissing(reference);
  return { authorization: `Bearer ${token.reveal()}` };
}
