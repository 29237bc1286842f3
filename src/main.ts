import packageFile from '../package.json' with { type: 'json' };
import { outputTrouble, reportError, runProgram } from './cli/index.ts';

/** The program: called once by `bin/gw.js`. */
export async function main(): Promise<void> {
  // A reader that goes away (`gw requests | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // The daemon has a guard for what nobody caught, and serves on without its output.
    if (process.listenerCount('uncaughtException') > 0) throw error;
    process.exit(reportError(outputTrouble(error), process.stderr));
  });
  try {
    process.exitCode = await runProgram(process.argv.slice(2), packageFile.version);
  } catch (error) {
    process.exitCode = reportError(error, process.stderr);
  }
}
