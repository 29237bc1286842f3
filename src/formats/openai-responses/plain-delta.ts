import { anyBut, objectWith, wholly, WORDS } from '../hub/json-pattern.ts';

/** Whether an event brings words of an item and does nothing else; one that does so in an unusual way is not told. */
export const isPlainDelta = wholly(
  objectWith(
    ['"type": ?"response\\.[a-z_.]+\\.delta"', `"delta": ?${WORDS}`],
    [anyBut('type', 'delta', 'response')],
  ),
);
