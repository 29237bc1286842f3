import type { JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';

/** Fields a reader knows: `true` where it reads them itself, else why they are left and what comes nearest. */
export type LeftTable = Readonly<Record<string, true | readonly [why: string, nearest?: string]>>;

/** Lists every field that was not read. */
export function leaveRest(object: JsonObject, known: LeftTable, place: string, draft: ImportDraft): void {
  for (const name of Object.keys(object)) {
    const row = Object.hasOwn(known, name) ? known[name] : undefined;
    if (row === true || isNothing(object[name])) continue;
    const [why, nearest] = row ?? ['gw has nothing of that name'];
    draft.leave(place === '' ? name : `${place}.${name}`, why, nearest);
  }
}

/** What is off or empty asks for nothing. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
