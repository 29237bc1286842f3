import type { CapturedMessage } from '../../core/capture.ts';
import type { Trail } from '../../core/trail.ts';
import type { AskedRequest, SeenCapture } from '../../tui/index.ts';
import { findCapture } from '../capture/read.ts';
import { bodyLines, textOf } from '../capture/shown.ts';
import type { Context } from '../context.ts';
import { flushDaemon } from '../story/log-reading.ts';

type SeenMessage = Extract<SeenCapture, { is: 'found' }>['request'];

// Every line on the screen is laid out anew for each frame; what one wants to see is how a body begins and ends.
const CHARACTERS_SHOWN = 24 * 1024;
const LONGEST_LINE = 4 * 1024;

/** Reads an exchange's headers and bodies for the dashboard. */
export async function seeCapture(context: Context, trail: Trail): Promise<SeenCapture> {
  await flushDaemon(context);
  const found = await findCapture(context, trail);
  const { id } = trail;
  if (found.is === 'missing') return { id, ...found };
  const { request, answer } = found.captured;
  return { id, is: 'found', request: seen(request, id), answer: seen(answer, id) };
}

/** Reads what an exchange was asked; undefined when that was not captured as a whole, or is no text. */
export async function readRequest(context: Context, trail: Trail): Promise<AskedRequest | undefined> {
  await flushDaemon(context);
  const found = await findCapture(context, trail);
  if (found.is === 'missing') return undefined;
  const { url, request } = found.captured;
  const body = request.isCut ? undefined : textOf(request.body);
  return body === undefined ? undefined : { url, headers: request.headers, body };
}

function seen(message: CapturedMessage, id: string): SeenMessage {
  const lines = bodyLines(message).flatMap(inPieces);
  const [head, tail] = [fitting(lines), fitting(lines.toReversed()).reverse()];
  if (head.length + tail.length >= lines.length) return { headers: message.headers, lines };
  const left = lines.length - head.length - tail.length;
  const gap = `… ${left.toLocaleString('en-US')} lines left out here; all of them: gw why ${id} --body`;
  return { headers: message.headers, lines: [...head, '', gap, '', ...tail] };
}

/** As many of the first lines as fit into half of what is shown. */
function fitting(lines: readonly string[]): string[] {
  let room = CHARACTERS_SHOWN;
  const end = lines.findIndex((line) => (room -= line.length + 1) < 0);
  return lines.slice(0, end === -1 ? lines.length : end);
}

/** A prompt is often one line of JSON. */
function inPieces(line: string): string[] {
  if (line.length <= LONGEST_LINE) return [line];
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += LONGEST_LINE) pieces.push(line.slice(at, at + LONGEST_LINE));
  return pieces;
}
