import type { AskedDirectly, DirectAnswer, DirectTranslation } from '../../../src/core/direct.ts';
import type { Quirk } from '../../../src/core/profile.ts';
import { directTranslation } from '../../../src/formats/direct.ts';

/** The translation between these, which there must be. */
export function small(...names: Parameters<typeof directTranslation>): DirectTranslation {
  const found = directTranslation(...names);
  if (!found) throw new Error(`no translation: ${names.join(' ')}`);
  return found;
}

/** The request as it goes out, its body parsed; throws the fault's words. */
export function sent(
  translation: DirectTranslation,
  body: object | Buffer,
  model: string,
  quirks: readonly Quirk[] = [],
) {
  const made = translation.encodeRequest(bytesOf(body), { model, quirks });
  if (made.is === 'failed') throw new Error(`${made.fault.code}: ${made.fault.message}`);
  const { path, losses } = made.value;
  return { path, losses, body: JSON.parse(made.value.body.toString()) };
}

/** The answer as the caller gets it; throws the fault's words. */
export function answered(
  translation: DirectTranslation,
  body: object | string,
  request: object | Buffer,
  asked: Partial<AskedDirectly> = {},
): DirectAnswer {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const all = { model: 'm', path: '/x', atEpochSeconds: 1, request: bytesOf(request), ...asked };
  const made = translation.decodeAnswer(bytes, all);
  if (made.is === 'failed') throw new Error(`${made.fault.code}: ${made.fault.message}`);
  return made.value;
}

/** The same, parsed. */
export function answeredJson(...given: Parameters<typeof answered>) {
  return JSON.parse(answered(...given).body.toString());
}

function bytesOf(body: object | Buffer): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}
