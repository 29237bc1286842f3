import { ControlError } from '../../control/index.ts';
import type { Spending } from '../../core/spending.ts';
import type { Trail } from '../../core/trail.ts';
import { errorMessage } from '../../lib/expect.ts';
import type { Deed, DeedResult, SeenCapture } from '../deed.ts';
import type { Feed } from '../feed/feed.ts';
import { type AskedRequest, curlCommand } from '../present/curl.ts';

/** What deeds need of the world. Each may reject; the person is told why. */
export interface DeedPorts {
  /** Asks the daemon. */
  readonly call: Feed['call'];
  /** Puts text into the clipboard; answers by which way, or undefined when there is none. */
  copy(text: string): Promise<string | undefined>;
  /** Writes a file that was not there before; answers with its path. */
  save(name: string, text: string): Promise<string>;
  /** Asks every target of a route once; answers with lines for a person. */
  testRoute(route: string): Promise<readonly string[]>;
  /** Adds up what the record says of the last days. */
  readSpending(days: number): Promise<Spending>;
  /** What was asked, as it was captured; undefined when it was not, or not as a whole. */
  readRequest(trail: Trail): Promise<AskedRequest | undefined>;
  /** Headers and bodies of an exchange. */
  readCapture(trail: Trail): Promise<SeenCapture>;
  /** What it costs to ask again, as a question; undefined where nobody has to be asked. */
  priceReplay(trail: Trail, on: string | undefined): Promise<string | undefined>;
  /** Asks again; answers with lines that compare both answers. */
  replay(trail: Trail, on: string | undefined): Promise<readonly string[]>;
}

/** Does a deed and says what came of it; never rejects. */
export async function perform(ports: DeedPorts, deed: Deed): Promise<DeedResult> {
  try {
    return await attempt(ports, deed);
  } catch (error) {
    const fix = error instanceof ControlError && error.fix !== undefined ? ` (fix: ${error.fix})` : '';
    return { is: 'said', text: `✗ ${errorMessage(error)}${fix}`, good: false };
  }
}

async function attempt(ports: DeedPorts, deed: Deed): Promise<DeedResult> {
  switch (deed.is) {
    case 'copy':
      return copied(ports, deed.text, deed.what);
    case 'write-curl': {
      const asked = await ports.readRequest(deed.trail);
      const lines = curlCommand(deed.trail, deed.address, asked);
      const note = await copied(ports, lines.join('\n'), 'the command');
      return { is: 'told', title: `ASK ${deed.trail.id} AGAIN`, lines, note };
    }
    case 'save':
      return said(`✓ written to ${await ports.save(deed.name, deed.text)}`);
    case 'switch-provider': {
      const { provider, enabled } = deed;
      await ports.call('switch-provider', { provider, enabled });
      return said(
        `✓ ${provider} is ${enabled ? 'asked again' : 'passed over from now on (p takes it back)'}`,
      );
    }
    case 'move-target': {
      const { route, target, by } = deed;
      const { targets } = await ports.call('move-target', { route, target, by });
      return said(`✓ route ${route}: ${targets.join(', ')}`);
    }
    case 'reset-breaker':
      await ports.call('reset-breaker', { target: deed.target });
      return said('✓ what went wrong there is forgotten; the next request may try it');
    case 'trip-breaker':
      await ports.call('trip-breaker', { target: deed.target, openMs: deed.openMs });
      return said('✓ it is left alone for now (r takes that back)');
    case 'start-chaos': {
      const { is: _, ...order } = deed;
      await ports.call('start-chaos', order);
      return said(`▲ ${deed.provider} fails on purpose now (c on the providers ends it)`);
    }
    case 'stop-chaos': {
      const { stopped } = await ports.call('stop-chaos', { provider: deed.provider });
      const met = stopped.reduce((sum, { injected }) => sum + injected, 0);
      return said(`✓ ${deed.provider} is left in peace again; ${met} attempts had failed on purpose`);
    }
    case 'test-route':
      return { is: 'told', title: `TEST OF ROUTE ${deed.route}`, lines: await ports.testRoute(deed.route) };
    case 'read-spending':
      return { is: 'spending', spending: await ports.readSpending(deed.days) };
    case 'read-capture':
      return { is: 'capture', capture: await ports.readCapture(deed.trail) };
    case 'price-replay': {
      const question = await ports.priceReplay(deed.trail, deed.on);
      return { is: 'ready', question, deed: { ...deed, is: 'replay' } };
    }
    case 'replay': {
      const title = `${deed.trail.id} ASKED AGAIN`;
      return { is: 'told', title, lines: await ports.replay(deed.trail, deed.on) };
    }
  }
}

async function copied(ports: DeedPorts, text: string, what: string): Promise<Said> {
  const way = await ports.copy(text);
  return way === undefined
    ? said(`no clipboard here: ${what} is on the screen to be selected`, false)
    : said(`✓ copied ${what} (${way})`);
}

type Said = Extract<DeedResult, { is: 'said' }>;

function said(text: string, good = true): Said {
  return { is: 'said', text, good };
}
