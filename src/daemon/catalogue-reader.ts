// A process that lives for one answer: it reads a question from standard input, looks it up in the tables of models and
// prices, and writes what it found. In the daemon's own process, even in a thread of it that ends at once, those tables
// leave 21 to 31 MB behind for good (measured); a process leaves nothing.
import { trusted } from '../lib/expect.ts';
import { loadCatalogue } from '../providers/index.ts';
import type { CatalogueAnswer, CatalogueQuestion } from './ask-catalogue.ts';

process.stdin.setEncoding('utf8');
let text = '';
for await (const chunk of process.stdin) text += String(chunk);
const { models, providers } = trusted<CatalogueQuestion>(JSON.parse(text));
const catalogue = await loadCatalogue();
const answer: CatalogueAnswer = {
  facts: models.map((model) => catalogue.factsOf(model)),
  models: providers.map((provider) =>
    catalogue
      .modelsOf(provider)
      .map((model) => ({ model, facts: catalogue.factsOf({ ...provider, model }) })),
  ),
};
process.stdout.write(JSON.stringify(answer));
