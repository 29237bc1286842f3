import { type JsonOut, writeJson } from '../../lib/json-write.ts';

/** Writes the events of one stream, each with its number. */
export class EventLog {
  #next = 0;

  /** The number of the next event, where others were written before. */
  skipTo(next: number): void {
    this.#next = next;
  }

  event(type: string, fields: Readonly<Record<string, JsonOut>>): string {
    const body = writeJson({ type, sequence_number: this.#next++, ...fields });
    return `event: ${type}\ndata: ${body}\n\n`;
  }

  /** What every stream begins with; clients refuse one whose first event is any other. */
  opening(response: JsonOut): string {
    return this.event('response.created', { response }) + this.event('response.in_progress', { response });
  }

  /**
   * A delta: an answer has thousands, so it is put together from text that is JSON already.
   *
   * @param place The fields that say what it belongs to, and `more` those that follow, as JSON without braces.
   */
  delta(type: string, place: string, delta: string, more = ''): string {
    const head = `{"type":"${type}","sequence_number":${this.#next++},${place}`;
    return `event: ${type}\ndata: ${head},"delta":${JSON.stringify(delta)}${more}}\n\n`;
  }
}
