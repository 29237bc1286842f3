import type { MediaPart, Part, ResultPart, TextPart } from '../../core/conversation.ts';
import { textOfFile } from './media-text.ts';

/** A tool's answer as one text, for targets that take no other; its pictures and files are told by `mediaOfResult`. */
export function textOfResult({ content, isError }: ResultPart): string {
  const texts = content.flatMap((part) => toldAs(part) ?? []);
  const text = texts.filter((told) => told !== '').join('\n\n');
  if (text === '')
    return content.length > texts.length
      ? '(the result follows in the next message of the user)'
      : '(no output)';
  return isError === true && !/error|fail/i.test(text.slice(0, 200)) ? `Error: ${text}` : text;
}

/** The pictures and files of a tool's answer, with a word on where they come from; empty when it has none. */
export function mediaOfResult({ id, name, content }: ResultPart): Part[] {
  const media = content.filter((part) => toldAs(part) === undefined);
  if (media.length === 0) return [];
  return [{ kind: 'text', text: `From the result of ${name ?? 'the call'} (${id}):` }, ...media];
}

function toldAs(part: TextPart | MediaPart): string | undefined {
  return part.kind === 'text' ? part.text : textOfFile(part);
}
