export { reportError, runProgram } from './program.ts';
