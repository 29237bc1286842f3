import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Exchanges with real providers, where somebody put them; not part of this project. */
export const RECORDED = join(import.meta.dirname, '../../../shared/recorded/public');

/** One recorded exchange. */
export interface Exchange {
  readonly id: string;
  readonly api: string;
  readonly host: string;
  readonly request: { readonly url: string; readonly bodyText?: string; readonly body?: unknown };
  readonly response: {
    readonly status: number;
    readonly bodyText?: string;
    readonly body?: unknown;
    readonly bodyBase64?: string;
  };
}

export const hasRecordings = existsSync(RECORDED);

/** All of them; none where there are none. */
export function readRecorded(): Exchange[] {
  return globSync('*/*.jsonl', { cwd: RECORDED }).flatMap((file) =>
    readFileSync(join(RECORDED, file), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Exchange),
  );
}
