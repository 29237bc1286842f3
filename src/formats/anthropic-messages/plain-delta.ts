import { anyBut, objectWith, wholly, WORDS } from '../hub/json-pattern.ts';

const DELTA = objectWith(
  ['"type": ?"(?:text|thinking|input_json)_delta"', `"(?:text|thinking|partial_json)": ?${WORDS}`],
  // Of words told twice the last ones count, and those may be none.
  [anyBut('type', 'text', 'thinking', 'partial_json')],
);

/** Whether an event brings words of a block and does nothing else; one that does so in an unusual way is not told. */
export const isPlainDelta = wholly(
  objectWith(['"type": ?"content_block_delta"', `"delta": ?${DELTA}`], [anyBut('type', 'delta')]),
);
