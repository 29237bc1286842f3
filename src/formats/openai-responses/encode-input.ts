import type {
  CallPart,
  Loss,
  MediaPart,
  Part,
  ReasoningPart,
  ResultPart,
  Turn,
} from '../../core/conversation.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { mediaUrl } from '../hub/media-source.ts';
import { legalToolName } from '../hub/tool-names.ts';

/** Turns the turns of a conversation into items of a request's `input`, in order. */
export class InputWriter {
  readonly items: JsonOut[] = [];
  readonly #losses: Set<Loss>;
  readonly #lateSystemRole: 'developer' | 'system';
  /** Calls of tools that take text: their results are of another kind too. */
  readonly #customCalls = new Set<string>();

  constructor(losses: Set<Loss>, lateSystemRole: 'developer' | 'system') {
    this.#losses = losses;
    this.#lateSystemRole = lateSystemRole;
  }

  write({ role, parts }: Turn): void {
    let content: JsonOut[] = [];
    const flush = (): void => {
      if (content.length > 0) this.items.push({ type: 'message', role: this.#roleOf(role), content });
      content = [];
    };
    for (const part of parts) {
      if (part.kind === 'call' || part.kind === 'result' || part.kind === 'reasoning') {
        flush();
        const item = this.#item(part);
        if (item !== undefined) this.items.push(item);
      } else {
        const written = this.#content(part, role === 'assistant' ? 'output_text' : 'input_text');
        if (written !== undefined) content.push(written);
      }
    }
    flush();
  }

  #roleOf(role: Turn['role']): string {
    return role === 'developer' ? this.#lateSystemRole : role;
  }

  #item(part: CallPart | ResultPart | ReasoningPart): JsonOut {
    switch (part.kind) {
      case 'call':
        return this.#call(part);
      case 'result':
        return this.#result(part);
      case 'reasoning':
        return reasoningItem(part);
    }
  }

  #call({ id, name, arguments: given, custom }: CallPart): JsonOut {
    const named = { call_id: id, name: legalToolName(name) };
    if (custom === true) {
      this.#customCalls.add(id);
      return { type: 'custom_tool_call', ...named, input: given };
    }
    this.#customCalls.delete(id);
    return { type: 'function_call', ...named, arguments: given === '' ? '{}' : given };
  }

  #result({ id, content }: ResultPart): JsonOut {
    const type = this.#customCalls.has(id) ? 'custom_tool_call_output' : 'function_call_output';
    const parts = content.flatMap((part) => this.#content(part, 'input_text') ?? []);
    const [only, another] = content;
    if (another === undefined && (only === undefined || only.kind === 'text'))
      return { type, call_id: id, output: only?.text ?? '' };
    return { type, call_id: id, output: parts.length === 0 ? '' : parts };
  }

  #content(part: Exclude<Part, CallPart | ResultPart | ReasoningPart>, textType: string): JsonOut {
    if (part.cache) this.#losses.add('cache');
    switch (part.kind) {
      case 'text':
        return part.text === '' ? undefined : { type: textType, text: part.text };
      case 'refusal':
        return { type: 'refusal', refusal: part.text };
      case 'media':
        return textType === 'output_text' ? this.#lose(part) : this.#media(part);
    }
  }

  #media(part: MediaPart): JsonOut {
    const { media, source, name, detail } = part;
    if (source.is === 'text') return { type: 'input_text', text: source.text };
    if (source.is === 'stored' || media === 'audio' || media === 'video') return this.#lose(part);
    if (media === 'image') return { type: 'input_image', image_url: mediaUrl(part, 'image/jpeg'), detail };
    if (source.is === 'url') return { type: 'input_file', file_url: source.url };
    const filename = name ?? part.title ?? nameFor(part.mime);
    return { type: 'input_file', filename, file_data: mediaUrl(part, 'application/pdf') };
  }

  #lose({ source, media }: MediaPart): undefined {
    this.#losses.add(source.is === 'stored' ? 'stored-file' : media);
    return undefined;
  }
}

/**
 * A thought goes back as it came. Without an encrypted form it is plain text, for hosts that want it (`DeepSeek` takes
 * `reasoning_text`). The id is only sent with what it is the id of: nothing is stored that it could refer to.
 */
function reasoningItem({ text, summary, opaque = [] }: ReasoningPart): JsonOut {
  const encrypted = opaque.find(({ kind }) => kind === 'encrypted');
  const id = encrypted && opaque.find(({ kind }) => kind === 'item');
  const isSummary = summary === true && text !== '';
  if (!encrypted && text === '') return undefined;
  return {
    type: 'reasoning',
    id: id?.data,
    summary: isSummary ? [{ type: 'summary_text', text }] : [],
    content: !isSummary && text !== '' ? [{ type: 'reasoning_text', text }] : undefined,
    encrypted_content: encrypted?.data,
  };
}

const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['text/plain', 'txt'],
  ['text/markdown', 'md'],
  ['text/csv', 'csv'],
  ['text/html', 'html'],
  ['application/json', 'json'],
]);

/** The API demands a name for a file that is sent along, and looks at how it ends. */
function nameFor(mime: string | undefined): string {
  return `file.${EXTENSIONS.get(mime ?? '') ?? 'pdf'}`;
}
