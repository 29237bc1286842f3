export { outputTrouble } from './file-trouble.ts';
export { reportError, runProgram } from './program.ts';
