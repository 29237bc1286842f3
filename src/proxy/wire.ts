import type { Fault } from '../core/fault.ts';
import type { CallerCodec, Format } from '../core/format.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import { directTranslation, ENVELOPE_START } from '../formats/index.ts';
import { joined } from '../lib/splice.ts';
import { askedPath, type Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';
import {
  type Memories,
  translate,
  type Translation,
  type TranslationParts,
  translationTarget,
} from './translation.ts';

/** The bytes of a request; large ones in pieces, because copying a megabyte takes a fifth of finding what to edit in it. */
export type Body = Buffer | readonly Buffer[];

/** Smaller bodies are copied into one piece: it leaves in one write with the head. */
const COPIED_BYTES = 256 * 1024;

/** What goes to a target. */
export interface Wire {
  readonly path: string;
  readonly body: Body;
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
  const told = format.toCaller ? restore(rendered, format.toCaller, step, parts) : rendered;
  const sent = told.length === 1 || body.length < COPIED_BYTES ? joined(told) : told;
  return ok({ path: format.renderPath(asked, envelope, target), body: sent, translation: undefined });
}

/** What the target did not see is told, and what others may not see is taken out. */
function restore(
  rendered: readonly Buffer[],
  codec: CallerCodec,
  step: Step,
  { items }: Memories,
): readonly Buffer[] {
  const recalled = codec.recallItems?.(rendered, items.foreignTo(step.target)) ?? rendered;
  if (!recalled.some((piece) => piece.includes(ENVELOPE_START))) return recalled;
  return [codec.restoreState(joined(recalled), translationTarget(step))];
}
