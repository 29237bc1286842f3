import type { Problem } from '../control/index.ts';
import type { DaemonParts } from './parts.ts';

/** What is wrong with the parts of a daemon, and what a person can do about it. */
export function problemsOf({
  recorder,
  answers,
  log,
  telemetry,
  guard,
}: Pick<DaemonParts, 'recorder' | 'answers' | 'log' | 'telemetry' | 'guard'>): Problem[] {
  const problems = [...telemetry.problems(), ...guard.problems()];
  const record = recorder.problem();
  if (record !== undefined) {
    problems.push({ message: `the request log has a problem: ${record}`, fix: 'gw doctor' });
  }
  const cache = answers.problem();
  if (cache !== undefined) problems.push({ message: cache, fix: 'gw cache clear' });
  const logProblem = log.problem();
  if (logProblem !== undefined) {
    problems.push({ message: `the log cannot be written: ${logProblem}`, fix: 'free disk space' });
  }
  return problems;
}
