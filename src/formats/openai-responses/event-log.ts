import { type JsonOut, writeJson } from '../../lib/json-write.ts';

/** Writes the events of one stream, each with its number. */
export class EventLog {
  #next = 0;

  event(type: string, fields: Readonly<Record<string, JsonOut>>): string {
    const body = writeJson({ type, sequence_number: this.#next++, ...fields });
    return `event: ${type}\ndata: ${body}\n\n`;
  }
}
