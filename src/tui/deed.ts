import type { Spending } from '../core/spending.ts';
import type { Target } from '../core/target.ts';

/** Something to be done outside of the screen. Reducers ask for it; `deeds/perform.ts` does it. */
export type Deed =
  | { readonly is: 'copy'; readonly text: string; readonly what: string }
  | { readonly is: 'save'; readonly name: string; readonly text: string }
  | { readonly is: 'switch-provider'; readonly provider: string; readonly enabled: boolean }
  | { readonly is: 'move-target'; readonly route: string; readonly target: string; readonly by: number }
  | { readonly is: 'reset-breaker'; readonly target: Target }
  | { readonly is: 'trip-breaker'; readonly target: Target; readonly openMs: number }
  | { readonly is: 'test-route'; readonly route: string }
  | { readonly is: 'read-spending'; readonly days: number };

/** What came of a deed. */
export type DeedResult =
  | { readonly is: 'said'; readonly text: string; readonly good: boolean }
  | { readonly is: 'told'; readonly title: string; readonly lines: readonly string[] }
  | { readonly is: 'spending'; readonly spending: Spending };
