import { createHmac } from 'node:crypto';

const MARK = Buffer.from('sim1');
const MAC_BYTES = 32;

/**
 * An opaque text that only this provider can have made: what models sign their thoughts with. It carries the payload,
 * so nothing need be remembered to check it when it comes back.
 */
export function seal(owner: string, purpose: string, payload: string): string {
  const bytes = Buffer.from(payload);
  return Buffer.concat([MARK, mac(owner, purpose, bytes), bytes]).toString('base64');
}

/** The payload of a seal; undefined when it is another's, for another purpose, or was changed on the way. */
export function unseal(owner: string, purpose: string, text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Anything that is not exactly what was written is not the same seal: base64 readers are lenient.
  if (bytes.toString('base64') !== text || !bytes.subarray(0, MARK.length).equals(MARK)) return undefined;
  const payload = bytes.subarray(MARK.length + MAC_BYTES);
  const found = bytes.subarray(MARK.length, MARK.length + MAC_BYTES);
  return found.equals(mac(owner, purpose, payload)) ? payload.toString() : undefined;
}

/** What stands for a text in a seal that must not show it. */
export function digest(text: string): string {
  return createHmac('sha256', 'digest').update(text).digest('base64url').slice(0, 16);
}

function mac(owner: string, purpose: string, payload: Buffer): Buffer {
  return createHmac('sha256', owner).update(`${purpose}\n`).update(payload).digest();
}
