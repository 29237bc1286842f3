import type { FormatName } from '../core/operation.ts';
import { DIALECTS } from './dialects.ts';

/** A format as users are told of it. */
export interface SimulatedFormat {
  readonly name: FormatName;
  readonly title: string;
  /** What a provider's address ends in. */
  readonly url: string;
  /** How its SDK is pointed there. */
  readonly client: string;
}

/** Every format the simulator at this origin speaks. */
export function simulatedFormats(origin: string): readonly SimulatedFormat[] {
  return DIALECTS.map(({ name, title, root, client }) => ({
    name,
    title,
    url: `${origin}${root}`,
    client: client.replaceAll('$origin', origin),
  }));
}
