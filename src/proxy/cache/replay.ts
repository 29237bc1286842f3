import type { KeptAnswer } from '../../core/ports.ts';
import type { Exchange } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import { Playback, type PlayedAnswer } from './playback.ts';

/** A stream is given again in pieces of this size, each when the caller has taken the one before. */
const PIECE_BYTES = 64 * 1024;

/** Gives a kept answer to the caller: the same bytes, framed as they were. */
export async function replay(exchange: Exchange, kept: KeptAnswer): Promise<Reply> {
  const player = new Playback(exchange, played(kept), { onReady: () => undefined, isOwn: false });
  exchange.whenInterrupted(() => {
    if (exchange.gone) player.leave();
  });
  player.pump();
  return (await player.ended) === 'whole' ? { is: 'relayed' } : { is: 'gone' };
}

function played({ status, headers, body, stream }: KeptAnswer): PlayedAnswer {
  const lines = stream ? headers : [...headers, 'content-length', String(body.length)];
  return {
    head: { status, lines },
    piece: (position) => body.subarray(position * PIECE_BYTES, (position + 1) * PIECE_BYTES),
    length: Math.ceil(body.length / PIECE_BYTES),
    ending: 'whole',
  };
}
