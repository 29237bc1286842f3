// A process of its own that records until it is killed: argument 1 is the database, 2 how many rows per flush.
// After each flush it prints how many rows it was promised are safe, then what it dropped and its problem.
import { openRecorder } from '../../../src/store/index.ts';
import { NIGHT, sampleTrail } from '../../sample-trail.ts';

const [path = '', batch = '500', rounds = 'Infinity'] = process.argv.slice(2);
const recorder = openRecorder({
  path,
  settings: { maxAgeDays: 36_500, maxBytes: 1e9 },
  log: { write: () => {} },
});

let recorded = 0;
for (let round = 0; round < Number(rounds); round++) {
  for (let i = 0; i < Number(batch); i++) recorder.record(sampleTrail({ at: NIGHT + recorded++ }));
  await recorder.flush();
  process.stdout.write(
    `${JSON.stringify({ recorded, dropped: recorder.dropped, problem: recorder.problem() })}\n`,
  );
}
await recorder.close();
process.stdout.write(
  `${JSON.stringify({ recorded, dropped: recorder.dropped, problem: recorder.problem() })}\n`,
);
