import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { TranslationTarget } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { BlockDecoder, finishOf, type WireBlock } from './decode-blocks.ts';
import { classifyInside } from './errors.ts';
import { readUsage } from './usage.ts';

/** A whole 2xx answer as events. */
export function decodeAnswer(body: Buffer, target: TranslationTarget): readonly AnswerEvent[] {
  const answer = viewJson(body.toString('utf8'));
  const content = answer?.get('content');
  const error = answer?.get('error');
  if (answer && content?.kind !== 'array' && error)
    return [{ is: 'error', fault: classifyInside(error.value()) }];
  if (!answer || content?.kind !== 'array')
    return [{ is: 'error', fault: fault('upstream_garbled', 'the answer has no content') }];
  const blocks = new BlockDecoder(target);
  const parts = content
    .items()
    .flatMap((block, at) => [...blocks.start(at, readBlock(block)), ...blocks.stop()]);
  const usage = readUsage(answer.get('usage')?.value());
  return [
    startOf(answer.string('id'), answer.string('model')),
    ...parts,
    ...(usage ? [{ is: 'usage', usage } as const] : []),
    finishOf(answer.string('stop_reason'), answer.string('stop_sequence'), blocks.hasCalls),
    { is: 'end' },
  ];
}

/** The beginning of an answer. */
export function startOf(id: string | undefined, model: string | undefined): AnswerEvent {
  return { is: 'start', ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
}

function readBlock(block: JsonView): WireBlock {
  const citations = block.list('citations');
  return {
    type: block.string('type') ?? '',
    id: block.string('id'),
    name: block.string('name'),
    text: block.string('text') ?? block.string('thinking'),
    signature: block.string('signature'),
    sealed: block.string('data'),
    input: block.get('input')?.text,
    isPlaceless: citations.some((citation) => citation.string('url') === undefined),
    citations: citations.flatMap((citation) => {
      const url = citation.string('url');
      const title = citation.string('title');
      return url === undefined ? [] : [{ url, ...(title !== undefined && { title }) }];
    }),
  };
}
