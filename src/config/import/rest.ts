import type { JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';

/** Fields a reader knows: `true` where it reads them itself, else why they are left and what comes nearest. */
export type LeftTable = Readonly<Record<string, true | readonly [why: string, nearest?: string]>>;

const AS_AWS_TOOLS = 'gw finds AWS credentials as the AWS tools do';

/** Credentials of AWS among another gateway's settings, as most of them spell these fields. */
export const AWS_KEYS = {
  aws_access_key_id: [AS_AWS_TOOLS, 'export AWS_ACCESS_KEY_ID, or AWS_PROFILE'],
  aws_secret_access_key: [AS_AWS_TOOLS, 'export AWS_SECRET_ACCESS_KEY, or AWS_PROFILE'],
  aws_session_token: [AS_AWS_TOOLS, 'export AWS_SESSION_TOKEN, or AWS_PROFILE'],
} as const satisfies LeftTable;

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
