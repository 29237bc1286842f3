import type { RouteStatus, Status } from '../../control/index.ts';
import { targetName } from '../../core/target.ts';
import type { TargetRow } from './target-state.ts';

/** Where a target stands in a route. */
export interface Place {
  readonly route: RouteStatus;
  /** As the route writes it. */
  readonly written: string;
  /** From 0. */
  readonly index: number;
}

/** The provider a row is about. */
export function providerOf({ id, health }: TargetRow): string {
  return health?.target.provider ?? id;
}

/** Every route that leads to a target; one that names its provider alone passes the caller's model along. */
export function placesOf(row: TargetRow, { routes }: Pick<Status, 'routes'>): readonly Place[] {
  const provider = providerOf(row);
  const names = [...(row.health === undefined ? [] : [targetName(row.health.target)]), provider];
  return routes.flatMap((route) => {
    const written = names.find((name) => route.targets.includes(name));
    return written === undefined ? [] : [{ route, written, index: route.targets.indexOf(written) }];
  });
}
