import packageFile from '../package.json' with { type: 'json' };
import { reportError, runProgram } from './cli/index.ts';

/** The program: called once by `bin/gw.js`. */
export async function main(): Promise<void> {
  // A reader that goes away (`gw requests | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    process.exitCode = await runProgram(process.argv.slice(2), packageFile.version);
  } catch (error) {
    process.exitCode = reportError(error, process.stderr);
  }
}
