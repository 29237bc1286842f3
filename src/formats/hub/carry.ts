import type { CallPart, OpaqueState, Part, ReasoningPart, TextPart } from '../../core/conversation.ts';
import type { CarriedState } from '../../core/format.ts';
import { FORMAT_NAMES, type FormatName } from '../../core/operation.ts';
import { isKeyOf, isObject, parseJson, stringField } from '../../lib/expect.ts';

/** What every envelope begins with: base64 of `gw1`, which is what makes it one and what its version is. */
export const ENVELOPE_START = 'Z3cx';

const KINDS: Readonly<Record<OpaqueState['kind'], true>> = { signature: true, encrypted: true, item: true };
const PLACES: Readonly<Record<CarriedState['on'], true>> = { reasoning: true, call: true, text: true };

/**
 * Opaque state as text for another format's opaque slot (a signature, encrypted content). Pure base64, because some SDKs
 * type such fields as bytes.
 */
export function seal(carried: readonly CarriedState[]): string {
  return Buffer.from(`gw1${JSON.stringify(carried)}`).toString('base64');
}

/** What `seal` put into a slot; undefined for anything gw did not write. */
export function unseal(slot: string): CarriedState[] | undefined {
  if (!slot.startsWith(ENVELOPE_START)) return undefined;
  const list = parseJson(Buffer.from(slot, 'base64').toString('utf8').slice(3));
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((entry) => readCarried(entry) ?? []);
}

function readCarried(entry: unknown): CarriedState | undefined {
  const on = stringField(entry, 'on') ?? '';
  if (!isKeyOf(PLACES, on) || !isObject(entry) || !Array.isArray(entry['states'])) return undefined;
  const text = stringField(entry, 'text');
  return {
    on,
    ...(text !== undefined && { text }),
    ...(entry['summary'] === true && { summary: true }),
    states: entry['states'].flatMap((state) => readState(state) ?? []),
  };
}

function readState(state: unknown): OpaqueState | undefined {
  const format = stringField(state, 'format');
  const kind = stringField(state, 'kind') ?? '';
  const stateText = stringField(state, 'data');
  if (!isFormat(format) || !isKeyOf(KINDS, kind) || stateText === undefined) return undefined;
  const provider = stringField(state, 'provider');
  const model = stringField(state, 'model');
  return {
    format,
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    kind,
    data: stateText,
  };
}

function isFormat(name: string | undefined): name is FormatName {
  return name !== undefined && isKeyOf(FORMAT_NAMES, name);
}

/** A turn's parts as a decoder collects them; puts carried state where it belongs. */
export class PartList {
  readonly parts: Part[] = [];
  #forNextCall: OpaqueState[] = [];
  /** The text that was given state last, while it is the last part. */
  #signed: { readonly part: TextPart; readonly opaque: OpaqueState[] } | undefined;

  add(part: Part): void {
    if (part.kind !== 'call' || this.#forNextCall.length === 0) {
      this.parts.push(part);
      return;
    }
    const call: CallPart = { ...part, opaque: [...(part.opaque ?? []), ...this.#forNextCall] };
    this.#forNextCall = [];
    this.parts.push(call);
  }

  /**
   * Takes what an envelope held. `shown` is the thought's text where the slot that held the envelope shows it; the
   * envelope's own text comes first.
   */
  carry(carried: readonly CarriedState[], shown = ''): void {
    for (const { on, text, summary, states } of carried) {
      if (on === 'call') {
        for (const state of states) this.#forNextCall.push(state);
      } else if (on === 'reasoning') {
        const part: ReasoningPart = { kind: 'reasoning', text: text ?? shown, opaque: states };
        this.parts.push(summary === true ? { ...part, summary } : part);
      } else {
        this.#carryText(states);
      }
    }
  }

  /** Added in place: an envelope may be forged, and hold any number of states for one text. */
  #carryText(states: readonly OpaqueState[]): void {
    const last = this.parts.at(-1);
    if (last === undefined || last !== this.#signed?.part) {
      const text: TextPart = last?.kind === 'text' ? last : { kind: 'text', text: '' };
      const opaque = [...(text.opaque ?? [])];
      const part: TextPart = { ...text, opaque };
      this.#signed = { part, opaque };
      if (last === text) this.parts[this.parts.length - 1] = part;
      else this.parts.push(part);
    }
    for (const state of states) this.#signed?.opaque.push(state);
  }
}
