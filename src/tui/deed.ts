import type { HeaderList } from '../core/capture.ts';
import type { Spending } from '../core/spending.ts';
import type { Target } from '../core/target.ts';
import type { Trail } from '../core/trail.ts';

/** Something to be done outside of the screen. Reducers ask for it; `deeds/perform.ts` does it. */
export type Deed =
  | { readonly is: 'copy'; readonly text: string; readonly what: string }
  /** Writes the command that asks the same again, and copies it. */
  | { readonly is: 'write-curl'; readonly trail: Trail; readonly address: string }
  | { readonly is: 'save'; readonly name: string; readonly text: string }
  | { readonly is: 'switch-provider'; readonly provider: string; readonly enabled: boolean }
  | { readonly is: 'move-target'; readonly route: string; readonly target: string; readonly by: number }
  | { readonly is: 'reset-breaker'; readonly target: Target }
  | { readonly is: 'trip-breaker'; readonly target: Target; readonly openMs: number }
  /** Has a provider, or one model of it, fail under live traffic; and leaves it in peace again. */
  | {
      readonly is: 'start-chaos';
      readonly provider: string;
      readonly model?: string;
      readonly fault: string;
      readonly rate: number;
      readonly forMs: number;
    }
  | { readonly is: 'stop-chaos'; readonly provider: string }
  | { readonly is: 'test-route'; readonly route: string }
  | { readonly is: 'read-spending'; readonly days: number }
  | { readonly is: 'read-capture'; readonly trail: Trail }
  /** Finds out what it would cost to ask again; `on` pins it to a target, else its route is asked. */
  | { readonly is: 'price-replay'; readonly trail: Trail; readonly on?: string }
  | { readonly is: 'replay'; readonly trail: Trail; readonly on?: string };

/** What came of a deed. */
export type DeedResult =
  | { readonly is: 'said'; readonly text: string; readonly good: boolean }
  | {
      readonly is: 'told';
      readonly title: string;
      readonly lines: readonly string[];
      /** What else came of it. */
      readonly note?: { readonly text: string; readonly good: boolean };
    }
  | { readonly is: 'spending'; readonly spending: Spending }
  | { readonly is: 'capture'; readonly capture: SeenCapture }
  /** Something can be done now; first this is to be asked, where there is something to ask. */
  | { readonly is: 'ready'; readonly question: string | undefined; readonly deed: Deed };

/** Headers and bodies of an exchange, or why there are none and which command keeps those to come. */
export type SeenCapture = { readonly id: string } & (
  | { readonly is: 'found'; readonly request: SeenMessage; readonly answer: SeenMessage }
  | { readonly is: 'missing'; readonly why: string; readonly fix: string }
);

/** A captured request or answer as it is read; of a long body its beginning and its end. */
export interface SeenMessage {
  readonly headers: HeaderList;
  readonly lines: readonly string[];
}
