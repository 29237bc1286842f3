import { openCaller } from '../chat/caller.ts';
import type { Context } from '../context.ts';
import { makeStyle } from '../style.ts';
import { openGround } from '../test-route/ground.ts';
import { lastAsked } from '../test-route/last-asked.ts';
import { headLines, probeTable } from '../test-route/report.ts';
import { RouteTest } from '../test-route/run.ts';
import { chooseSubject } from '../test-route/subject.ts';

/** Asks every target of a route once, for real, as `gw test-route` begins; answers with what it found, in lines. */
export async function probeRoute(context: Context, route: string): Promise<readonly string[]> {
  const ground = await openGround(context, false);
  const caller = await openCaller(context.clock);
  try {
    const subject = chooseSubject(ground.status, route, undefined, (name) => lastAsked(context, name));
    const test = new RouteTest(ground, caller, subject, {
      dry: false,
      stream: undefined,
      wanted: [],
      format: undefined,
    });
    const plan = await test.plan();
    const probes = await test.probes(plan);
    const [head = ''] = headLines(plan, ground.own);
    // Without colours: these lines go through the dashboard, which lets none through.
    const shown = { ...context, columns: context.columns - 4, style: makeStyle({ NO_COLOR: '1' }, false) };
    return [
      head,
      '',
      ...probeTable(shown, probes).split('\n'),
      '',
      `What happens when they fail, one after the other: gw test-route ${route}`,
    ];
  } finally {
    await caller.close();
    await ground.close();
  }
}
