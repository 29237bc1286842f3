import { matching } from './reader.ts';

/** Text that names models, with or without `*`. A key pasted here would be sent to every provider. */
export const modelName = matching(/^[^\s\p{Cc}]{1,200}$/u, 'a model name without blanks');
