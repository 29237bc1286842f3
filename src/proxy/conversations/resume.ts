import { OPERATIONS } from '../../core/operation.ts';
import type { Exchange } from '../exchange.ts';
import type { ItemMemory } from './item-memory.ts';

/**
 * Puts the conversation that the request goes on from into it, when gw made the answer it names: then any target can
 * serve it. False when only the provider that keeps the answer can.
 */
export function resume(exchange: Exchange, answerId: string, items: ItemMemory): boolean {
  const { format, operation, headers, recognised, body } = exchange;
  const codec = format.toCaller;
  if (!codec?.resume || OPERATIONS[operation].body !== 'json') return false;
  const said = items.conversation(answerId);
  if (said === undefined) return false;
  const whole = codec.resume(body, said);
  const envelope = format.readEnvelope(operation, headers.contentType, whole, recognised.path);
  if (envelope.is === 'failed') return false;
  exchange.body = whole;
  exchange.envelope = envelope.value;
  return true;
}
