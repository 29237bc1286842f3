import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where recorded provider traffic lies when somebody has it; nothing of it belongs to this project. */
export const RECORDED = join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded', 'public');

export const hasRecordings = existsSync(RECORDED);

/** One recorded exchange with a real provider. */
export interface RecordedExchange {
  readonly id: string;
  readonly api: string;
  readonly host: string;
  readonly request: RecordedBody & {
    readonly method: string;
    readonly url: string;
    readonly headers: Headers;
  };
  readonly response: RecordedBody & { readonly status: number; readonly headers: Headers };
}

type Headers = Readonly<Record<string, string | string[]>>;

export interface RecordedBody {
  readonly bodyText?: string;
  readonly body?: unknown;
  readonly bodyBase64?: string;
}

/** Every recorded exchange of these APIs. */
export function recordedExchanges(...apis: readonly string[]): RecordedExchange[] {
  return apis.flatMap((api) =>
    globSync(join(RECORDED, '*', `${api}.jsonl`))
      .sort()
      .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RecordedExchange),
  );
}

/** The body's bytes; where only the parsed body was kept, it is written out again. */
export function bytesOf({ bodyText, body, bodyBase64 }: RecordedBody): Buffer {
  if (bodyText?.startsWith('base64:')) return Buffer.from(bodyText.slice('base64:'.length), 'base64');
  if (bodyText !== undefined) return Buffer.from(bodyText);
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  return body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
}

export function header({ headers }: { readonly headers: Headers }, name: string): string | undefined {
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name) return Array.isArray(value) ? value[0] : value;
  }
  return undefined;
}
