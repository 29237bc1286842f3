import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { ModelFacts, ModelQuestion } from '../core/model-facts.ts';
import type { Clock } from '../lib/clock.ts';
import { field, parseJson, trusted } from '../lib/expect.ts';

/** Models to be looked up, and providers whose models are to be listed. */
export interface CatalogueQuestion {
  readonly models: readonly ModelQuestion[];
  readonly providers: readonly Pick<ModelQuestion, 'preset' | 'url' | 'free'>[];
}

/** What was found, in the order of the question. */
export interface CatalogueAnswer {
  readonly facts: readonly ModelFacts[];
  readonly models: readonly (readonly ListedModel[])[];
}

/** A model the catalogue lists for a provider. */
export interface ListedModel {
  readonly model: string;
  readonly facts: ModelFacts;
}

// It takes 70 ms; a busy machine may take a hundred times as long.
const PATIENCE_MS = 10_000;
// A thousand models with their facts are 400 KB.
const LONGEST_ANSWER = 16 * 1024 * 1024;

/** Looks models up in the tables, in a process of its own; undefined when that did not work. Never rejects. */
export function askCatalogue(
  question: CatalogueQuestion,
  clock: Clock,
): Promise<CatalogueAnswer | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [readerPath()], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // It needs nothing of the environment, least of all keys; Windows wants to know where it is itself.
      env: { SystemRoot: process.env['SystemRoot'] },
      windowsHide: true,
    });
    const cancel = clock.after(PATIENCE_MS, () => child.kill('SIGKILL'));
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LONGEST_ANSWER) chunks.push(chunk);
    });
    const finish = (): void => {
      cancel();
      resolve(readAnswer(Buffer.concat(chunks).toString('utf8'), question));
    };
    child.on('error', finish);
    child.on('close', finish);
    // It may be gone already; then there is no answer, and that is noticed.
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(question));
  });
}

function readAnswer(text: string, question: CatalogueQuestion): CatalogueAnswer | undefined {
  const answer = parseJson(text);
  const [facts, models] = [field(answer, 'facts'), field(answer, 'models')];
  if (!Array.isArray(facts) || facts.length !== question.models.length) return undefined;
  if (!Array.isArray(models) || models.length !== question.providers.length) return undefined;
  return trusted<CatalogueAnswer>(answer);
}

/** The source in a checkout (Node.js strips the types), a bundle of its own in the built program. */
function readerPath(): string {
  const name = import.meta.url.endsWith('.ts') ? './catalogue-reader.ts' : './catalogue-reader.js';
  return fileURLToPath(new URL(name, import.meta.url));
}
