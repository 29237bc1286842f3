import { connectControl, type ProviderStatus } from '../../control/index.ts';
import type { FirstContentView } from '../../core/health.ts';
import { targetName } from '../../core/target.ts';
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
      firstContent.map((kind) => `${targetName(target)}: ${learnedWords(kind)}`),
    ),
  );
  return [
    ...(busy === undefined ? [] : [pair('now', busy)]),
    ...[...learned].map((words, index): [string, string] => [index === 0 ? 'learned' : '', words]),
  ];
}

/** `first token within 2.1s (99 % of 412, prompts below 64 KB), given up after 5s`. */
function learnedWords({ samples, p99Ms, belowBytes, reasoning, limitMs }: FirstContentView): string {
  const size = belowBytes === undefined ? 'the longest prompts' : `prompts below ${belowBytes / 1024} KB`;
  const effort = reasoning === 'none' ? '' : reasoning === 'high' ? ', high effort' : ', reasoning';
  const limit = limitMs === undefined ? '' : `; given up after ${formatDuration(limitMs)}`;
  return `first token within ${formatDuration(p99Ms)} (99 % of ${samples}, ${size}${effort})${limit}`;
}

function pair(title: string, value: string): [string, string] {
  return [title, value];
}
