import { type Fault, fault } from '../../core/fault.ts';
import type { Format } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { ContinuedHow } from '../../core/trail.ts';
import { continuedConversation, type Prefill, prefillOf } from '../../formats/index.ts';
import { vaultOf } from '../conversations/vault-of.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { AttemptDraft } from '../trail-draft.ts';
import { lossy, type TranslationParts, translationTarget, withoutState } from '../translation.ts';
import type { Wire } from '../wire.ts';
import type { Thread } from './thread.ts';

/** One call that goes on with an answer. */
export interface ContinuedCall {
  readonly step: Step;
  readonly spoken: Format;
  readonly parts: TranslationParts;
  readonly record: AttemptDraft;
}

/** What is known of the target's model: what was learned, else what is told of it. */
function knownPrefill(exchange: Exchange, { step, spoken }: ContinuedCall): Prefill {
  const { provider, model } = step.target;
  const learned = exchange.fleet.prefills.of(provider, model);
  return learned === 'unknown' ? prefillOf(spoken.name, translationTarget(step)) : learned;
}

/** How the target is asked to go on: as it turned out in this exchange, else as is known of it. */
function wayFor(thread: Thread, step: Step, known: Prefill): ContinuedHow {
  if (thread.text.trim() === '') return 'replay';
  return thread.wayOf(step) ?? (known === 'refuses' ? 'replay' : 'prefill');
}

/** The request that has the target go on: always made from the caller's own, and from what the caller has. */
export function makeContinuedWire(
  exchange: Exchange,
  thread: Thread,
  call: ContinuedCall,
): Outcome<Wire, Fault> {
  const { step, spoken, parts, record } = call;
  const known = knownPrefill(exchange, call);
  const how = wayFor(thread, step, known);
  const { provider, model } = step.target;
  thread.begin({ how, isSure: known === 'accepts' }, (prefill) => {
    exchange.fleet.prefills.learn({ provider, model, prefill });
  });
  record.continued = { how, ...thread.broken, kept: thread.text.length, dropped: 0 };
  const { toProvider: from } = spoken;
  const { toCaller: to } = exchange.format;
  if (!from || !to) return failed(fault('untranslatable'));
  const conversation = parts.withoutState ? withoutState(thread.conversation) : thread.conversation;
  const target = translationTarget(step);
  const request = from.encodeRequest(continuedConversation(conversation, thread.text, how), target);
  // That an answer is begun already is no wish of the caller.
  const losses = [...new Set([...conversation.losses, ...request.losses])]
    .filter((loss) => loss !== 'prefill')
    .sort();
  if (parts.strict && losses.length > 0) return failed(lossy(losses));
  const { path, body } = request;
  const { echo } = thread;
  return ok({
    path,
    body,
    translation: {
      is: 'conversation',
      format: spoken,
      from,
      to,
      target,
      request,
      losses,
      echo,
      vault: vaultOf(exchange, parts.vault),
    },
  });
}
