import { keysOf } from '../../lib/expect.ts';
import { ROOMS } from '../screens.ts';
import { type Line, span } from './line.ts';

/** The screens with a number, the one that is open marked by brackets. */
export function roomsLine(open: string): Line {
  return keysOf(ROOMS).flatMap((name, index) =>
    name === open
      ? [span(`[${index + 1} ${ROOMS[name].title}] `, 'accent')]
      : [span(` ${index + 1} ${ROOMS[name].title}  `, 'dim')],
  );
}
