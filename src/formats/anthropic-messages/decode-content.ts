import type {
  CacheMark,
  Citation,
  Loss,
  MediaPart,
  MediaSource,
  Part,
  ResultPart,
  TextPart,
} from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { PartList } from '../hub/carry.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { carriedIn } from './slots.ts';

/** Blocks of tools that run at Anthropic, and of features that only it has. */
const SERVER_BLOCK = /^(server_tool_use|mcp_tool_use|.+_tool_result|compaction|fallback|container_upload)$/;

/** A message's `content`: text, or a list of blocks. */
export function decodeContent(content: JsonView | undefined, losses: Set<Loss>): Part[] {
  const text = content?.asString();
  if (text !== undefined) return text === '' ? [] : [{ kind: 'text', text }];
  const list = new PartList();
  for (const block of content?.items() ?? []) decodeBlock(block, list, losses);
  return list.parts;
}

/** The mark that ends a cached part of the prompt here. */
export function cacheMark(block: JsonView): { readonly cache?: CacheMark } {
  const mark = block.get('cache_control');
  if (!mark) return {};
  const ttl = mark.string('ttl');
  return { cache: ttl === undefined ? {} : { ttl } };
}

function decodeBlock(block: JsonView, list: PartList, losses: Set<Loss>): void {
  const type = block.string('type') ?? '';
  switch (type) {
    case 'text':
      list.add(decodeText(block, losses));
      return;
    case 'thinking':
      decodeThinking(block, list);
      return;
    case 'redacted_thinking':
      decodeRedacted(block, list);
      return;
    case 'tool_use':
      // Code that ran at Anthropic made the call; what it did with the result nobody else knows.
      if ((block.get('caller')?.string('type') ?? 'direct') !== 'direct') losses.add('server-tool');
      list.add({
        kind: 'call',
        id: block.string('id') ?? '',
        name: block.string('name') ?? '',
        arguments: block.get('input')?.text ?? '',
        ...cacheMark(block),
      });
      return;
    case 'tool_result':
      list.add(decodeResult(block, losses));
      return;
    default:
      for (const part of decodeShown(block, type, losses)) list.add(part);
  }
}

/** What can be shown to the model by anybody: also what stands in the result of a tool. */
function decodeShown(block: JsonView, type: string, losses: Set<Loss>): (TextPart | MediaPart)[] {
  switch (type) {
    case 'text':
      return [decodeText(block, losses)];
    case 'image':
      return decodeImage(block, losses);
    case 'document':
      return decodeDocument(block, losses);
    case 'search_result':
      return [decodeSearchResult(block, losses)];
    default:
      losses.add(SERVER_BLOCK.test(type) ? 'server-tool' : fieldLoss(type));
      return [];
  }
}

function decodeText(block: JsonView, losses: Set<Loss>): TextPart {
  const citations = block.list('citations').flatMap((citation): Citation[] => {
    const url = citation.string('url');
    if (url === undefined) losses.add('citations');
    const title = citation.string('title');
    return url === undefined ? [] : [{ url, ...(title !== undefined && { title }) }];
  });
  return {
    kind: 'text',
    text: block.string('text') ?? '',
    ...(citations.length > 0 && { citations }),
    ...cacheMark(block),
  };
}

/** A signature is either Anthropic's own, or an envelope in which another provider's state came here. */
function decodeThinking(block: JsonView, list: PartList): void {
  const text = block.string('thinking') ?? '';
  const signature = block.string('signature') ?? '';
  const carried = carriedIn(signature);
  if (carried) list.carry(carried, text);
  else if (signature === '') list.add({ kind: 'reasoning', text });
  else {
    const state = { format: 'anthropic-messages', kind: 'signature', data: signature } as const;
    list.add({ kind: 'reasoning', text, opaque: [state] });
  }
}

function decodeRedacted(block: JsonView, list: PartList): void {
  const sealed = block.string('data') ?? '';
  const carried = carriedIn(sealed);
  if (carried) list.carry(carried);
  else if (sealed !== '') {
    const state = { format: 'anthropic-messages', kind: 'encrypted', data: sealed } as const;
    list.add({ kind: 'reasoning', text: '', opaque: [state] });
  }
}

function decodeResult(block: JsonView, losses: Set<Loss>): ResultPart {
  const content = block.get('content');
  const text = content?.asString();
  const blocks = content?.items() ?? [];
  return {
    kind: 'result',
    id: block.string('tool_use_id') ?? '',
    content:
      text === undefined
        ? blocks.flatMap((inner) => decodeShown(inner, inner.string('type') ?? '', losses))
        : [{ kind: 'text', text }],
    ...(block.flag('is_error') === true && { isError: true }),
    ...cacheMark(block),
  };
}

function decodeImage(block: JsonView, losses: Set<Loss>): MediaPart[] {
  const source = block.get('source');
  const found = source && decodeSource(source);
  if (!found) {
    losses.add('image');
    return [];
  }
  const mime = source.string('media_type');
  return [
    {
      kind: 'media',
      media: 'image',
      ...(mime !== undefined && { mime }),
      source: found,
      ...cacheMark(block),
    },
  ];
}

function decodeDocument(block: JsonView, losses: Set<Loss>): MediaPart[] {
  const source = block.get('source');
  const found = source && (decodeSource(source) ?? decodeInline(source, losses));
  if (!found) {
    losses.add('file');
    return [];
  }
  if (block.get('citations')?.flag('enabled') === true) losses.add('citations');
  if (block.get('context')) losses.add('field:context');
  const mime = source.string('media_type') ?? (found.is === 'text' ? 'text/plain' : undefined);
  const title = block.string('title');
  return [
    {
      kind: 'media',
      media: 'file',
      ...(mime !== undefined && { mime }),
      source: found,
      ...(title !== undefined && { title }),
      ...cacheMark(block),
    },
  ];
}

function decodeSource(source: JsonView): MediaSource | undefined {
  const given = source.string('data');
  switch (source.string('type') ?? '') {
    case 'base64':
      return given === undefined ? undefined : { is: 'base64', data: given };
    case 'text':
      return given === undefined ? undefined : { is: 'text', text: given };
    case 'url': {
      const url = source.string('url');
      return url === undefined ? undefined : { is: 'url', url };
    }
    case 'file': {
      const id = source.string('file_id');
      return id === undefined ? undefined : { is: 'stored', id };
    }
    default:
      return undefined;
  }
}

/** A document made of blocks: its text. */
function decodeInline(source: JsonView, losses: Set<Loss>): MediaSource | undefined {
  const content = source.get('content');
  if (!content) return undefined;
  const parts = decodeContent(content, losses);
  if (parts.some(({ kind }) => kind !== 'text')) losses.add('image');
  return { is: 'text', text: parts.map((part) => (part.kind === 'text' ? part.text : '')).join('\n') };
}

/** What a search of the caller's own found, given so that it can be cited; elsewhere it is text. */
function decodeSearchResult(block: JsonView, losses: Set<Loss>): TextPart {
  if (block.get('citations')?.flag('enabled') === true) losses.add('citations');
  const lines = [
    block.string('title'),
    block.string('source'),
    ...block.list('content').map((part) => part.string('text')),
  ];
  return { kind: 'text', text: lines.filter((line) => line !== undefined).join('\n'), ...cacheMark(block) };
}
