import type { CallerFormatName } from '../src/core/operation.ts';
import { OPENAI_SAMPLES } from './format-samples/openai.ts';
import { OTHER_SAMPLES } from './format-samples/others.ts';
import type { FormatSamples } from './format-samples/sample.ts';

/** What callers of each format can say: held against every provider's format, it shows what gets lost on the way. */
export const FORMAT_SAMPLES: Readonly<Record<CallerFormatName, FormatSamples>> = {
  ...OPENAI_SAMPLES,
  ...OTHER_SAMPLES,
};
