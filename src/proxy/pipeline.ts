import type { AnswerCachePort, LogPort, TracePort, Watcher } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Wheels } from './balance/wheels.ts';
import type { ChaosBook } from './chaos/chaos.ts';
import type { DrillBook } from './chaos/drill.ts';
import type { AnswerHomes } from './conversations/answer-homes.ts';
import type { ConversationHomes } from './conversations/conversation-homes.ts';
import type { ItemMemory } from './conversations/item-memory.ts';
import type { StateVault } from './conversations/state-vault.ts';
import type { Doubts } from './health/doubt.ts';
import type { ModelLists } from './models/model-lists.ts';
import type { OwnNetwork } from './network/own-network.ts';
import type { Room } from './room/admission.ts';
import type { Purse } from './spending/purse.ts';
import { compose, type Handler } from './stage.ts';
import { admit } from './stages/admit.ts';
import { answerLocally } from './stages/answer-locally.ts';
import { authorize } from './stages/authorize.ts';
import { cache } from './stages/cache.ts';
import { coalesce } from './stages/coalesce.ts';
import { conclude } from './stages/conclude.ts';
import { estimateTokenCount } from './stages/estimate-tokens.ts';
import { failover } from './stages/failover.ts';
import { findRoom } from './stages/find-room.ts';
import { plan } from './stages/plan.ts';
import { receive } from './stages/receive.ts';
import { refuseLoops } from './stages/refuse-loops.ts';
import { spendGuard } from './stages/spend-guard.ts';

/** What the life of a request needs from outside. */
export interface PipelinePorts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly watcher: Watcher;
  readonly log: LogPort;
  readonly drills: DrillBook;
  readonly chaos: ChaosBook;
  readonly doubts: Doubts;
  readonly lists: ModelLists;
  readonly vault: StateVault;
  readonly homes: AnswerHomes;
  readonly conversations: ConversationHomes;
  readonly wheels: Wheels;
  readonly items: ItemMemory;
  /** Where answers are kept, if they are. */
  readonly answers?: AnswerCachePort;
  /** Whether this computer is offline, where that is watched. */
  readonly network: OwnNetwork | undefined;
  /** Budgets and limits, where there are any. */
  readonly purse?: Purse;
  /** gw's own room. */
  readonly room: Room;
  readonly version: string;
  readonly instance: string;
  /** Places in distributed traces, where those are exported. */
  readonly tracing?: TracePort;
  /** What `/metrics` answers, where the settings have it answer. */
  readonly metricsPage?: () => Promise<string>;
}

/** The story of a request, in order. */
export function pipeline(ports: PipelinePorts): Handler {
  return compose([
    conclude(ports.log),
    authorize,
    refuseLoops(ports.instance),
    answerLocally(ports),
    admit(ports),
    receive,
    estimateTokenCount(ports),
    cache(ports),
    coalesce(),
    plan(ports),
    spendGuard(ports),
    findRoom(ports),
    failover(ports),
  ]);
}
