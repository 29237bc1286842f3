import type { Fault } from '../core/fault.ts';
import type { CallerCodec, Format } from '../core/format.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import { directTranslation, ENVELOPE_START } from '../formats/index.ts';
import { askedPath, type Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';
import {
  type Memories,
  translate,
  type Translation,
  type TranslationParts,
  translationTarget,
} from './translation.ts';

/** What goes to a target. */
export interface Wire {
  readonly path: string;
  readonly body: Buffer;
  /** Undefined when it is the caller's own bytes. */
  readonly translation: Translation | undefined;
}

/** The caller's own bytes with what must be edited, or their translation. */
export function makeWire(
  exchange: Exchange,
  step: Step,
  spoken: Format,
  parts: TranslationParts,
): Outcome<Wire, Fault> {
  const { envelope, format, body, operation } = exchange;
  const ownWay = directTranslation(operation, format.name, spoken.name, step.provider.quirks);
  if (spoken !== format || parts.withoutState || ownWay) {
    const made = translate(exchange, step, spoken, parts);
    if (made.is === 'failed') return made;
    const { request } = made.value;
    return ok({ path: request.path, body: request.body, translation: made.value });
  }
  const asked = askedPath(exchange);
  if (!envelope) return ok({ path: asked, body, translation: undefined });
  const target = { model: step.target.model, quirks: step.provider.quirks };
  const rendered = format.renderRequest(envelope, body, target);
  const restored = format.toCaller ? restore(rendered, format.toCaller, step, parts) : rendered;
  return ok({ path: format.renderPath(asked, envelope, target), body: restored, translation: undefined });
}

/** What the target did not see is told, and what others may not see is taken out. */
function restore(rendered: Buffer, codec: CallerCodec, step: Step, { items }: Memories): Buffer {
  const told = codec.recallItems?.(rendered, items.foreignTo(step.target)) ?? rendered;
  return told.includes(ENVELOPE_START) ? codec.restoreState(told, translationTarget(step)) : told;
}
