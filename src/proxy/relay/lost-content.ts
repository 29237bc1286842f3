import type { AnswerEvent } from '../../core/answer.ts';
import type { Loss } from '../../core/conversation.ts';
import { canShow } from '../../formats/index.ts';
import type { Exchange } from '../exchange.ts';
import type { Outlet } from '../outlet.ts';

/**
 * Notes what of an answer the caller will not have: a picture or sound that its format has no place for, and what the
 * decoder could not tell at all. Of a stream that began only the trail can say so.
 */
export function noteLoss({ format }: Exchange, outlet: Outlet, event: AnswerEvent): void {
  const loss = lossOf(event, format.name);
  const attempt = loss === undefined ? undefined : outlet.record;
  if (loss === undefined || attempt === undefined || attempt.losses?.includes(loss) === true) return;
  attempt.losses = [...(attempt.losses ?? []), loss].sort();
}

function lossOf(event: AnswerEvent, caller: Exchange['format']['name']): Loss | undefined {
  if (event.is === 'lost') return event.loss;
  const isHidden = event.is === 'open' && event.part.kind === 'media' && !canShow(caller, event.part.mime);
  return isHidden ? 'answer-media' : undefined;
}
