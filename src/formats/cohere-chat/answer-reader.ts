import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { withCalls } from '../hub/finish.ts';
import { lost } from '../hub/lost.ts';
import { PartFlow } from '../hub/part-flow.ts';
import { originalToolName } from '../hub/tool-names.ts';
import { classifyInside } from './errors.ts';
import { isFailure, readFinish } from './finish.ts';
import { readUsage } from './usage.ts';

/** Reads one answer, whole or in pieces, as events. A plan for calls is a thought: it is about the answer, not of it. */
export class AnswerReader {
  readonly #parts = new PartFlow();
  /** Arguments that are `null` so far: a call without any. */
  #null = '';
  #over = false;

  /** True once the answer has ended, well or not. */
  get over(): boolean {
    return this.#over;
  }

  start(id: string | undefined): AnswerEvent[] {
    return [{ is: 'start', ...(id !== undefined && { id }) }];
  }

  /** A block of content, or a piece of one. */
  content(content: JsonView): AnswerEvent[] {
    return [
      ...this.#parts.text('reasoning', content.string('thinking') ?? ''),
      ...this.#parts.text('text', content.string('text') ?? ''),
    ];
  }

  plan(text: string): AnswerEvent[] {
    return this.#parts.text('reasoning', text);
  }

  call(call: JsonView): AnswerEvent[] {
    const called = call.get('function');
    const name = called?.string('name');
    if (name === undefined) return [{ is: 'malformed' }];
    const before = this.close();
    const begun = this.#parts.openCall(call.string('id') ?? '', originalToolName(name));
    return [...before, ...begun, ...this.more(called?.string('arguments') ?? '')];
  }

  /** More of the open call's arguments. */
  more(text: string): AnswerEvent[] {
    if (this.#parts.openKind !== 'call') return [];
    const given = this.#null + text;
    const isNull = 'null'.startsWith(given.trim());
    this.#null = isNull ? given : '';
    return isNull ? [] : this.#parts.more(given);
  }

  /** Sources of the open text; only what has an address is one elsewhere: others are the caller's own documents and results. */
  cite(citation: JsonView): AnswerEvent[] {
    const start = citation.number('start');
    const end = citation.number('end');
    return citation.list('sources').flatMap((source) => {
      const found = source.get('document') ?? source.get('tool_output');
      const url = found?.string('url');
      if (url === undefined || !/^https?:/.test(url)) return lost(['citations']);
      const title = found?.string('title');
      return this.#parts.citation({
        url,
        ...(title !== undefined && { title }),
        ...(start !== undefined && { start }),
        ...(end !== undefined && { end }),
      });
    });
  }

  /** The open part is whole. */
  close(): AnswerEvent[] {
    const isCall = this.#parts.openKind === 'call';
    const held = isCall && this.#null.trim() === 'null' ? this.#parts.more('{}') : [];
    this.#null = '';
    return [...held, ...this.#parts.close()];
  }

  /** Why it stopped and what it cost. */
  finish(ending: JsonView): AnswerEvent[] {
    const raw = ending.string('finish_reason');
    if (isFailure(raw)) return this.fail(ending.string('error') ?? raw);
    this.#over = true;
    const usage = readUsage(ending.get('usage')?.value());
    return [
      ...this.close(),
      ...(usage ? [{ is: 'usage', usage } as const] : []),
      {
        is: 'finish',
        reason: withCalls(readFinish(raw), this.#parts.called),
        ...(raw !== undefined && { raw }),
      },
      { is: 'end' },
    ];
  }

  fail(message: string | undefined): AnswerEvent[] {
    this.#over = true;
    return [{ is: 'error', fault: classifyInside(message) }];
  }

  /** The provider has nothing more to say, though it did not finish. */
  breakOff(): AnswerEvent[] {
    if (this.#over) return [];
    this.#over = true;
    const code = this.#parts.said ? 'stream_broken' : 'upstream_garbled';
    return [...this.close(), { is: 'error', fault: fault(code, 'the answer ended before it was finished') }];
  }
}
