import type { DemoProvider } from './provider.ts';
import type { Stage } from './stage.ts';

/** Something that goes wrong in the demo. */
export interface Outage {
  /** A few words for a table. */
  readonly title: string;
  /** A sentence for a person who watches. */
  readonly sentence: string;
  readonly begin: (providers: Stage['providers']) => void | Promise<void>;
}

/** What is broken one after the other, each time until it is repaired. `retryAfter` is in seconds. */
export function outages(retryAfter: number): readonly Outage[] {
  return [
    {
      title: 'rate limited',
      sentence: `sim-openai answers 429: too many requests, come back in ${retryAfter} s.`,
      begin: ([openai]) => openai.break(`429;retry-after=${retryAfter}`),
    },
    {
      title: 'overloaded',
      sentence: 'sim-openai answers 503: overloaded.',
      begin: ([openai]) => openai.break('503'),
    },
    {
      title: 'stalled',
      sentence: 'sim-openai takes requests, sends its headers, and then nothing.',
      begin: ([openai]) => openai.break('stall@headers'),
    },
    {
      title: 'gone',
      sentence: 'sim-openai is gone: its port refuses connections.',
      begin: ([openai]) => openai.close(),
    },
    {
      title: 'two down',
      sentence: 'sim-openai is gone, and sim-groq answers 500.',
      begin: async ([openai, groq]) => {
        await openai.close();
        groq.break('500');
      },
    },
  ];
}

/** An answer that breaks in the middle: with the rest of it unknown, the caller is told instead of fooled. */
export const CUT: Outage = {
  title: 'cut answers',
  sentence: 'sim-openai cuts some of its streams in the middle.',
  begin: ([openai]) => openai.break('cut@token=12;rate=40%'),
};

/** Everything works again. */
export async function repairAll(providers: readonly DemoProvider[]): Promise<void> {
  for (const provider of providers) await provider.repair();
}
