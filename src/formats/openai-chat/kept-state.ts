import type { CallPart } from '../../core/conversation.ts';
import type { AskedConversation, CarriedState } from '../../core/format.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { unseal } from '../hub/carry.ts';

/** State of another format that an assistant's message had on its way, by the place in the message it belongs to. */
export interface KeptState {
  readonly thoughts: readonly CarriedState[];
  readonly ofText: readonly CarriedState[];
  /** By the call's id; what comes before the call belongs to it. */
  readonly ofCall: ReadonlyMap<string, readonly CarriedState[]>;
}

/** What the caller sent back in gw's envelope; what gw remembers of the calls, for callers that drop what they do not know. */
export function keptState(
  message: JsonView,
  calls: readonly CallPart[],
  { recall }: Pick<AskedConversation, 'recall'>,
): KeptState {
  const sealed = message.list('reasoning_details').flatMap((detail) => {
    const carried = unsealDetail(detail);
    return carried ? [{ carried, callId: detail.string('id') }] : [];
  });
  if (sealed.length === 0) return remembered(calls, recall);
  const all = sealed.flatMap(({ carried }) => carried);
  const ofCall = new Map<string, CarriedState[]>();
  for (const { carried, callId = calls[0]?.id } of sealed) {
    const own = carried.filter(({ on }) => on === 'call');
    if (callId !== undefined && own.length > 0) ofCall.set(callId, [...(ofCall.get(callId) ?? []), ...own]);
  }
  return { thoughts: on('reasoning', all), ofText: on('text', all), ofCall };
}

/** What gw put into an entry of `reasoning_details`; undefined for the entries of others. */
export function unsealDetail(detail: JsonView): CarriedState[] | undefined {
  return unseal(detail.string('data') ?? '');
}

/** Before the first call everything has its place in the message; what came between two calls stays there. */
function remembered(calls: readonly CallPart[], recall: AskedConversation['recall']): KeptState {
  const [first, ...others] = calls;
  if (!first) return { thoughts: [], ofText: [], ofCall: new Map() };
  const before = recall(first.id) ?? [];
  const ofCall = new Map([[first.id, on('call', before)]]);
  for (const { id } of others) ofCall.set(id, [...(recall(id) ?? [])]);
  return { thoughts: on('reasoning', before), ofText: on('text', before), ofCall };
}

function on(place: CarriedState['on'], carried: readonly CarriedState[]): CarriedState[] {
  return carried.filter((state) => state.on === place);
}
