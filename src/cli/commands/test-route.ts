import { CALLER_FORMATS } from '../../formats/index.ts';
import { keysOf } from '../../lib/expect.ts';
import { openCaller } from '../chat/caller.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT, type ExitCode } from '../error.ts';
import { confirm } from '../prompt.ts';
import { DRILL_FAULTS, parseWanted } from '../test-route/faults.ts';
import { type Ground, openGround } from '../test-route/ground.ts';
import { lastAsked } from '../test-route/last-asked.ts';
import { cutLines, drillTable, headLines, probeTable, testJson, verdictLines } from '../test-route/report.ts';
import { RouteTest, type TestOptions, type TestPlan } from '../test-route/run.ts';
import { readCallerFormat } from '../test-route/speech.ts';
import { chooseSubject } from '../test-route/subject.ts';
import { judgeRoute } from '../test-route/verdict.ts';

// At 16 tokens each still under a cent at almost every provider.
const UNASKED_REQUESTS = 20;
// A simulated target has every model.
const SIMULATED_MODEL = 'any-model';

/** `gw test-route`. */
export const command: Command = {
  arguments: [
    {
      name: '[route-or-model]',
      summary: 'a route, or the model name a caller asks for; else the default route',
    },
  ],
  options: [
    {
      flags: '--simulate <faults>',
      summary: `${DRILL_FAULTS.map(({ name }) => name).join(', ')}, or what gw simulate knows; 429@1,timeout@2 fails those targets together, 429,timeout goes through all`,
    },
    {
      flags: '--dry-run',
      summary: 'simulate the healthy targets too: no network, no cost, no daemon needed',
    },
    { flags: '--stream', summary: 'ask for streams only' },
    { flags: '--no-stream', summary: 'ask for whole answers only' },
    {
      flags: '--model <name>',
      summary: 'the model to ask a route for, where a target passes it along; else the one asked for last',
    },
    {
      flags: '--format <name>',
      summary: `what to ask in: ${keysOf(CALLER_FORMATS).join(', ')}; else what the first target speaks`,
    },
    { flags: '--yes', summary: `do not ask before more than ${UNASKED_REQUESTS} real requests` },
  ],
  examples: [
    'gw test-route',
    'gw test-route --dry-run',
    'gw test-route fast --simulate 429@1,timeout@2',
    'gw test-route gpt-4o --simulate cut@1 --stream',
    'gw test-route --format anthropic-messages --dry-run',
    'gw test-route --json --yes',
  ],
  async run(context, input) {
    const options = readOptions(input);
    const ground = await openGround(context, options.dry);
    const caller = await openCaller(context.clock);
    try {
      const subject = chooseSubject(ground.status, input.argument(0), input.text('model'), (route) =>
        options.dry ? SIMULATED_MODEL : lastAsked(context, route),
      );
      return await test(context, ground, new RouteTest(ground, caller, subject, options), {
        dry: options.dry,
        yes: input.flag('yes'),
      });
    } finally {
      await caller.close();
      await ground.close();
    }
  },
};

function readOptions(input: Input): TestOptions {
  const simulate = input.text('simulate');
  return {
    dry: input.flag('dryRun'),
    stream: input.flag('stream') ? true : input.isOff('stream') ? false : undefined,
    format: readCallerFormat(input),
    wanted: simulate === undefined ? [] : parseWanted(simulate),
  };
}

async function test(
  context: Context,
  ground: Ground,
  route: RouteTest,
  { dry, yes }: { readonly dry: boolean; readonly yes: boolean },
): Promise<ExitCode> {
  const print = (text: string): void => {
    if (!context.json) context.print(text);
  };
  const plan = await route.plan();
  const head = headLines(plan, ground.own);
  for (const line of head)
    if (context.json) context.say(line);
    else context.print(line);
  if (!yes) await consent(context, plan);
  const probes = await route.probes(plan);
  print(`\n${probeTable(context, probes)}`);
  const nobody = probes.every(({ is }) => is !== 'ok');
  const drill = nobody ? [] : await route.drill(plan, probes, progress(context, plan));
  if (drill.length > 0) clearProgress(context);
  if (drill.length > 0) print(`\n${drillTable(context, drill)}`);
  for (const line of cutLines(drill)) print(line);
  const result = { probes, drill };
  const verdict = judgeRoute(plan, result);
  if (context.json) context.printJson(testJson(plan, result, verdict, dry));
  print('');
  for (const line of verdictLines(context, result, verdict)) print(line);
  return verdict.exit;
}

/** A drill of a long route takes as long as its waits: whoever watches sees it move. */
function progress({ interactive, stderr, style }: Context, { steps }: TestPlan): (done: number) => void {
  return (done) => {
    if (interactive) stderr.write(`\r${style.dim(`  drill: ${done} of ${steps.length} steps`)}`);
  };
}

function clearProgress({ interactive, stderr }: Context): void {
  if (interactive) stderr.write('\r\u001B[K');
}

async function consent(context: Context, { realRequests }: TestPlan): Promise<void> {
  if (realRequests <= UNASKED_REQUESTS || !context.interactive) return;
  const question = `Send up to ${realRequests} real requests?`;
  if (await confirm(context, { question, otherwise: true, instead: '--yes' })) return;
  throw new CommandError('Stopped: nothing was sent.', {
    fix: 'gw test-route --dry-run (costs nothing), or --simulate 429@1 (one step)',
    exit: EXIT.interrupted,
  });
}
