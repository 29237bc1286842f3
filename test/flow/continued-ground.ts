import type { CallerFormatName, FormatName } from '../../src/core/operation.ts';
import type { Trail } from '../../src/core/trail.ts';
import { readStream } from '../contract/stream-contracts.ts';
import { type Ground, NO_BREAKER, openGround, routeOver } from './ground.ts';
import { askIn } from './translated-asking.ts';

/** Silence is noticed soon. */
export const SHORT = { ...NO_BREAKER, firstContentMs: 5000, idleMs: 600, idleTakeoverMs: 300 };

/** Two providers of one format that answer alike; the second takes a begun answer in its way. */
export function openPair(first: FormatName, second: FormatName, way: string): Promise<Ground> {
  const same = { name: 'same' };
  return openGround({
    providers: [
      { name: 'first', format: first, simulator: same },
      { name: 'second', format: second, simulator: same },
    ],
    routes: [
      routeOver([], {
        targets: [
          { provider: 'first', model: undefined },
          { provider: 'second', model: `backup!prefill=${way}` },
        ],
      }),
    ],
    policy: SHORT,
  });
}

/** What is said when nothing breaks. */
export async function uncut(ground: Ground, caller: CallerFormatName): Promise<string> {
  const answer = await ground.ask(askIn(caller, 'm', true));
  return readStream(caller, answer.text).text;
}

/** What is wrong with an answer that should be whole; empty when nothing is. */
export function flaws(caller: CallerFormatName, body: string, isWhole: boolean, text: string): string {
  const read = readStream(caller, body);
  const seams = body.match(/^: gw continued by \S+ after \w+$/gm)?.length ?? 0;
  const found = [
    ...(read.text === text ? [] : [`said ${JSON.stringify(read.text)} for ${JSON.stringify(text)}`]),
    ...(read.end === 'whole' && isWhole ? [] : [`ended ${read.end}, ${isWhole ? 'whole' : 'broken'}`]),
    ...(seams === 1 ? [] : [`${seams} seams`]),
    ...read.breaches,
  ];
  return found.join('; ');
}

/** The exchange in a line. */
export function storyOf({ outcome, continued, attempts, served }: Trail): string {
  const tries = attempts.map(({ target, continued: how, fault }) =>
    [target.provider, how?.how, fault].filter((word) => word !== undefined).join(' '),
  );
  return `${outcome} ${continued} ${served?.provider}: ${tries.join(', ')}`;
}
