import type { Status } from '../../control/index.ts';
import type { LaunchGround, Launching } from '../clients/client.ts';
import { type ClientId, clientNamed, clientsThat, requireClient } from '../clients/clients.ts';
import { type Reached, reachGateway } from '../clients/ensure-running.ts';
import { findProgram } from '../clients/find-program.ts';
import { expectedGateway, gatewayOf, placeOf } from '../clients/gateway.ts';
import { askStatus } from '../clients/reach.ts';
import { type Ending, endLike, exitCodeOf, isAtTerminal, runChild } from '../clients/run-child.ts';
import { findToken, loadToken, tokenMissing } from '../clients/token.ts';
import { type Traffic, trafficBetween, trafficLine, trafficOf } from '../clients/traffic.ts';
import { PLACEHOLDER_KEY, spareFromProxy } from '../clients/variables.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { flushDaemon, readLog } from '../story/log-reading.ts';

/** Starts a client whose calls go through gw this once, by the client's own rules, and ends as it ends. */
export const command: Command = {
  arguments: [
    { name: '<client>', summary: clientsThat('launch').join(', ') },
    { name: '[words...]', summary: "the client's own arguments, as you would type them" },
  ],
  options: [
    { flags: '--start', summary: 'start gw first where it does not run' },
    { flags: '-q, --quiet', summary: 'no summary at the end' },
  ],
  passThrough: true,
  examples: [
    'gw launch claude',
    'gw launch codex -- exec "Explain this repository"',
    'gw launch --start gemini',
    'gw launch opencode -- run "Say hello"',
    'gw launch aider',
  ],
  async run(context, input) {
    const id = requireClient(input.argument(0), 'launch', clientsThat('launch'));
    requireInstalled(context, id);
    const reached = await reachGateway(context, input.flag('start'), `gw launch --start ${id}`);
    const { before } = reached;
    // `--` in front of the client's words is ours.
    const typed = input.arguments(1);
    const words = typed[0] === '--' ? typed.slice(1) : typed;
    const ground = await groundFor(context, reached, words);
    const launching = clientNamed(id).launch?.(ground) ?? { words: [], env: {} };
    const ending = await runClient(context, id, { ground, launching });
    if (before && !input.flag('quiet')) await summarize(context, id, before, ending);
    return endLike(ending);
  },
};

function requireInstalled({ env }: Context, id: ClientId): void {
  const { program = id, title, install } = clientNamed(id);
  if (findProgram(program, env) !== undefined) return;
  throw new CommandError(`${title} is not installed.`, {
    why: `there is no ${program} on the PATH`,
    fix: install,
    exit: EXIT.commandMissing,
  });
}

async function groundFor(
  context: Context,
  { address, before }: Reached,
  words: readonly string[],
): Promise<LaunchGround> {
  const token = findToken(context);
  const secret = token && (await loadToken(context, token));
  if (token && !secret) throw tokenMissing(token);
  return {
    ...placeOf(context),
    ...(await (before ? gatewayOf(context, before) : expectedGateway(context))),
    address,
    key: secret?.reveal() ?? PLACEHOLDER_KEY,
    words,
  };
}

interface Start {
  readonly ground: LaunchGround;
  readonly launching: Launching;
}

async function runClient(context: Context, id: ClientId, { ground, launching }: Start): Promise<Ending> {
  const env = { ...context.env, ...spareFromProxy(ground.address, context.env), ...launching.env };
  for (const note of launching.notes ?? []) context.say(`gw: ${note}`);
  try {
    return await runChild(
      {
        program: clientNamed(id).program ?? id,
        words: [...launching.words, ...ground.words],
        env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
        cwd: context.cwd,
      },
      { signals: process, atTerminal: isAtTerminal(context) },
    );
  } finally {
    launching.finish?.();
  }
}

/** stdout is the client's own, so even JSON goes to stderr here. */
async function summarize(context: Context, id: ClientId, before: Status, ending: Ending): Promise<void> {
  await flushDaemon(context);
  const after = await askStatus(context);
  if (typeof after === 'string') return context.say(`gw: the daemon ended meanwhile (${after})`);
  const traffic = trafficOfClient(context, id, before, after);
  const line = JSON.stringify({ client: id, ...traffic, exit: exitCodeOf(ending) });
  context.say(context.json ? line : trafficLine(traffic, ''));
}

/** Its own requests, by the name they call themselves; where none has it, everybody's. */
function trafficOfClient(context: Context, id: ClientId, before: Status, after: Status): Traffic {
  const all = trafficBetween(before, after);
  const trails = clientNamed(id).callers.flatMap(
    (client) => readLog(context, (archive) => archive.list({ since: before.now, client, limit: MOST })) ?? [],
  );
  return trails.length === 0 ? all : trafficOf(trails, before, after);
}

// A long day of an agent; beyond it the figures are of its last part.
const MOST = 20_000;
