import type { Policy } from '../../../core/policy.ts';
import type { Profile } from '../../../core/profile.ts';
import { formatDuration } from '../../../lib/duration.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { type Kept, readKept } from '../../cache/reach.ts';
import type { Command } from '../../command.ts';
import { openProfile } from '../../profile-file.ts';
import { wrap } from '../../story/lines.ts';
import { formatBytes, formatDollars } from '../../story/words.ts';

/** Says what is kept, for whom, and of what use it was. */
export const command: Command = {
  examples: ['gw cache status', 'gw cache status --json'],
  async run(context) {
    const { profile } = openProfile(context);
    const kept = await readKept(context);
    const routes = wantingRoutes(profile);
    if (context.json) {
      context.printJson({ ...kept, routes });
      return;
    }
    for (const line of [...keptLines(kept), ...useLines(kept), ...routeLines(routes, profile)])
      for (const part of wrap(line, context.columns)) context.print(part);
  },
};

function keptLines({ disk, memory, dropped, problem }: Kept): string[] {
  const lines: string[] = [];
  if (disk) lines.push(`${answers(disk.entries)} on disk (${formatBytes(disk.bytes)})`);
  if (memory) lines.push(`${answers(memory.entries)} in memory (${formatBytes(memory.bytes)})`);
  if (dropped > 0) lines.push(`${answers(dropped)} did not reach the disk`);
  if (problem !== undefined) lines.push(`! ${terminalSafe(problem)}`);
  return lines;
}

function answers(count: number): string {
  return count === 1 ? '1 answer' : `${count.toLocaleString('en-US')} answers`;
}

function useLines({ use }: Kept): string[] {
  if (use === undefined) return ['gw is not running, so nothing is answered from here.'];
  const { hits, misses, stale, coalesced, savedUsd } = use;
  const saved = savedUsd === undefined ? '' : `; ${formatDollars(savedUsd)} saved`;
  const counts = [
    hits === 1 ? '1 hit' : `${hits} hits`,
    misses === 1 ? '1 miss' : `${misses} misses`,
    `${coalesced} shared`,
    `${stale} stale`,
  ];
  return [`since gw started: ${counts.join(', ')}${saved}`];
}

/** What one route wants kept. */
interface Wanting {
  readonly route: string;
  readonly cache: boolean;
  readonly cacheTtlMs: number;
  readonly coalesce: boolean;
  readonly staleIfErrorMs: number;
}

function wantingRoutes({ routes, policy }: Profile): Wanting[] {
  return routes.flatMap((route) => {
    const { cache, cacheTtlMs, coalesce, staleIfErrorMs }: Policy = { ...policy, ...route.policy };
    if (!cache && !coalesce && staleIfErrorMs === 0) return [];
    return { route: route.name, cache, cacheTtlMs, coalesce, staleIfErrorMs };
  });
}

function routeLines(routes: readonly Wanting[], profile: Profile): string[] {
  if (routes.length > 0) return routes.map((route) => `route ${terminalSafe(route.route)}: ${wants(route)}`);
  const fix = `gw config set profiles.${terminalSafe(profile.name)}.policy.cache true`;
  return [`No route keeps answers; requests may ask for it (x-gw-cache: on). For all of them: ${fix}`];
}

function wants({ cache, cacheTtlMs, coalesce, staleIfErrorMs }: Wanting): string {
  return [
    ...(cache ? [`answers are given again for ${formatDuration(cacheTtlMs)}`] : []),
    ...(coalesce ? ['identical requests share one call'] : []),
    ...(staleIfErrorMs > 0 ? [`old answers stand in for up to ${formatDuration(staleIfErrorMs)}`] : []),
  ].join('; ');
}
