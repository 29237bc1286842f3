export type { Outside, TokenAnswer, TokenQuestion } from './outside.ts';
export { withSigners } from './signers.ts';
