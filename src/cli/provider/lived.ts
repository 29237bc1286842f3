import { connectControl, type ProviderStatus } from '../../control/index.ts';
import type { FirstContentView } from '../../core/health.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { Context } from '../context.ts';

/** What the running daemon saw of a provider; undefined when none runs, or it serves another profile. */
export async function readLived(
  { paths }: Context,
  profile: string,
  provider: string,
): Promise<ProviderStatus | undefined> {
  const connection = await connectControl(paths.socket);
  if (connection.is === 'failed') return undefined;
  try {
    const status = await connection.value.call('status', {});
    return status.profile === profile ? status.providers.find(({ name }) => name === provider) : undefined;
  } catch {
    return undefined;
  } finally {
    connection.value.close();
  }
}

/** For `--json`: how full it is, and what its models showed to need; null without a daemon to say so. */
export function livedJson(lived: ProviderStatus | undefined) {
  return {
    load: lived?.load ?? null,
    firstContent:
      lived?.targets.flatMap(({ target, firstContent = [] }) =>
        firstContent.map((kind) => ({ model: target.model, key: target.key, ...kind })),
      ) ?? null,
  };
}

/** The same as lines of a table. */
export function livedFacts(lived: ProviderStatus | undefined): [string, string][] {
  if (lived === undefined) return [];
  const busy = lived.load && `${lived.load.inFlight} under way, ${lived.load.queued} waiting`;
  const learned = new Set(
    lived.targets.flatMap(({ target, firstContent = [] }) =>
      firstContent.map((kind) => `${target.model} ${learnedWords(kind)}`),
    ),
  );
  return [
    ...(busy === undefined ? [] : [pair('now', busy)]),
    ...[...learned].map((words, index): [string, string] => [index === 0 ? 'learned' : '', words]),
  ];
}

/** `below 64 KB: first token within 2.1s (99 % of 412), limit 5s`. */
function learnedWords({ samples, p99Ms, belowBytes, reasoning, limitMs }: FirstContentView): string {
  const size = belowBytes === undefined ? 'the longest' : `below ${belowBytes / 1024} KB`;
  const effort = { none: '', normal: ', thinking', high: ', thinking hard' }[reasoning];
  const limit = limitMs === undefined ? '' : `, limit ${formatDuration(limitMs)}`;
  return `${size}${effort}: first token within ${formatDuration(p99Ms)} (99 % of ${samples})${limit}`;
}

function pair(title: string, value: string): [string, string] {
  return [title, value];
}
