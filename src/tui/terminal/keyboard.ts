import { useInput } from 'ink';

import type { KeyName } from '../key.ts';
import { keyNames } from './key-input.ts';

/** Listens to the keyboard, and draws nothing. */
export function Keyboard({ onKey }: { readonly onKey: (key: KeyName) => void }): null {
  useInput((input, key) => {
    for (const name of keyNames(input, key)) onKey(name);
  });
  return null;
}
