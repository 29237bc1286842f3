import {
  type ControlClient,
  ControlError,
  type MethodName,
  type Methods,
  type ServerEvent,
} from '../../control/index.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { FeedEvent } from './facts.ts';

// A daemon that restarts is back within a second; asking twice a second costs nothing and feels immediate.
const RETRY_MS = 500;

/** What the feed needs of the world. */
export interface FeedPorts {
  readonly connect: () => Promise<Outcome<ControlClient, unknown>>;
  readonly now: () => number;
  /** Runs `action` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
}

/** An open feed: stays with the daemon, or waits for one, until closed. */
export interface Feed {
  /** Asks the daemon over the same connection; rejects while there is none. */
  readonly call: <M extends MethodName>(
    method: M,
    params: Methods[M]['params'],
  ) => Promise<Methods[M]['result']>;
  close(): void;
}

/** Connects, subscribes, and reconnects for as long as it is open; tells what it hears as events. */
export function openFeed(ports: FeedPorts, onEvent: (event: FeedEvent) => void): Feed {
  let client: ControlClient | undefined;
  let cancelRetry: (() => void) | undefined;
  let closed = false;

  const lost = (from: ControlClient): void => {
    if (closed || client !== from) return;
    client = undefined;
    from.close();
    onEvent({ type: 'daemon-gone', at: ports.now() });
    retry();
  };
  const retry = (): void => {
    if (!closed) cancelRetry = ports.after(RETRY_MS, () => void connect());
  };
  const connect = async (): Promise<void> => {
    const outcome = await ports.connect();
    if (outcome.is === 'failed') {
      retry();
      return;
    }
    const joined = outcome.value;
    if (closed) {
      joined.close();
      return;
    }
    client = joined;
    await joined
      .subscribe(
        (event) => {
          if (client === joined) onEvent(toFeedEvent(event, ports.now()));
        },
        () => lost(joined),
      )
      .catch(() => lost(joined));
  };
  void connect();
  return {
    call: async (method, params) => {
      if (client === undefined) throw new ControlError('closed', 'the daemon is not there', 'gw start');
      return client.call(method, params);
    },
    close: () => {
      closed = true;
      cancelRetry?.();
      client?.close();
    },
  };
}

function toFeedEvent(event: ServerEvent, at: number): FeedEvent {
  return event.event === 'snapshot'
    ? { type: 'snapshot-received', at, snapshot: event.data }
    : { type: 'delta-received', at, delta: event.data };
}
