import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { seal, unseal } from '../hub/carry.ts';

/**
 * The last item of an input that asks for the conversation to be made shorter, and for nothing else. Codex sends it when
 * the context is nearly full, and gives up when the answer is not one `compaction` item
 * (https://developers.openai.com/api/docs/guides/compaction).
 */
export const COMPACTION_TRIGGER = 'compaction_trigger';

/** What a provider of another format is asked for in its place. */
export const SUMMARY_WISH = `Write a summary of this conversation, so that the work can go on from the summary alone.
Tell what is wanted, in the user's own words where they matter; what was decided and why; what was done and found, with
names of files, commands and figures; what is left to do, and the next step. Write the summary and nothing else.`;

const INTRODUCTION = 'A summary of the conversation so far, which is no longer here itself:';

/** Whether a request asks for a compaction instead of an answer. */
export function asksToCompact(body: Buffer): boolean {
  if (!body.includes(COMPACTION_TRIGGER)) return false;
  const last = viewJson(body.toString('utf8'))?.list('input').at(-1);
  return last?.string('type') === COMPACTION_TRIGGER;
}

/** A summary as the encrypted content of an item, which its caller sends back unread. */
export function sealSummary(text: string): string {
  return seal([{ on: 'text', text, states: [] }]);
}

/** What the next turn's provider is told in place of an item that gw made; undefined when a provider made it. */
export function toldSummary(item: JsonView): string | undefined {
  const summary = unseal(item.string('encrypted_content') ?? '')?.[0]?.text;
  return summary === undefined ? undefined : `${INTRODUCTION}\n\n${summary}`;
}
