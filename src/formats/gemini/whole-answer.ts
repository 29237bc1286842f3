import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { Usage } from '../../core/usage.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { blockedPrompt } from './errors.ts';
import { readFinish } from './finish.ts';
import { pick, pickList, pickString } from './names.ts';
import { readUsage } from './usage.ts';

/** A whole `GenerateContentResponse` that was asked for something else than conversation. */
export interface WholeAnswer {
  readonly parts: readonly JsonView[];
  /** Why the model stopped, in Google's word. */
  readonly finish: string | undefined;
  readonly usage: Usage | undefined;
}

/** Reads it; a blocked prompt or answer is a fault. */
export function readWhole(body: Buffer): Outcome<WholeAnswer, Fault> {
  const view = viewJson(body.toString('utf8'));
  if (view?.kind !== 'object') return failed(fault('upstream_garbled', 'the answer is no JSON object'));
  const [candidate] = pickList(view, 'candidates');
  const blocked = candidate
    ? undefined
    : blockedPrompt({ promptFeedback: pick(view, 'promptFeedback')?.value() });
  if (blocked) return failed(blocked);
  const finish = pickString(candidate, 'finishReason');
  const parts = pickList(pick(candidate, 'content'), 'parts').filter((part) => part.flag('thought') !== true);
  if (finish !== undefined && readFinish(finish) === 'filter') {
    const why = pickString(candidate, 'finishMessage');
    const told = why === undefined ? finish : `${finish} (${why})`;
    return failed(fault('content_blocked', `the answer was blocked: ${told}`));
  }
  return ok({ parts, finish, usage: readUsage(pick(view, 'usageMetadata')?.value()) });
}

/** All that the parts say in words. */
export function textOf(parts: readonly JsonView[]): string {
  return parts.map((part) => part.string('text') ?? '').join('');
}

/** Why there is nothing of the kind that was asked for. */
export function withoutWhat(what: string, { parts, finish }: WholeAnswer): Fault {
  const said = textOf(parts).trim().slice(0, 200);
  const why = said === '' ? (finish ?? 'it says nothing') : said;
  return fault('upstream_garbled', `the answer has no ${what}: ${why}`);
}

/** The pictures or sounds among the parts. */
export function inlineOf(
  parts: readonly JsonView[],
): readonly { readonly mime: string; readonly data: string }[] {
  return parts.flatMap((part) => {
    const inline = pick(part, 'inlineData');
    const data = inline?.string('data');
    return data === undefined || data === '' ? [] : [{ mime: pickString(inline, 'mimeType') ?? '', data }];
  });
}
