import { fault } from '../../core/fault.ts';
import type { AnswerVerdict } from '../../core/format.ts';

/** The verdict on a 2xx that is no answer. */
export function garbled(message: string): AnswerVerdict {
  return { is: 'fault', fault: fault('upstream_garbled', message) };
}

/** Why a body that should be a JSON object is none. @param at Where it stops making sense. */
export function whyNotJson(body: Buffer, at: number): string {
  if (body.length === 0) return 'the answer is empty';
  if (at >= body.length) return `the answer breaks off after ${body.length} bytes`;
  const start = body.toString('utf8', 0, 64).trim();
  if (start.startsWith('<'))
    return 'the answer is a web page, not JSON (a captive portal or a wrong address?)';
  return `the answer is not JSON at byte ${at}`;
}

/** True when these bytes are a JSON list without an item, or no list. */
export function isEmptyList(body: Buffer, start: number, end: number): boolean {
  if (body[start] !== 0x5b) return true;
  let at = start + 1;
  while (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at++;
  return at === end - 1;
}
