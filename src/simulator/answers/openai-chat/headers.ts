import type { HeaderScene } from '../../dialect.ts';

/** Headers of every answer of OpenAI's: who it was, how much is left. */
export function openaiHeaders({ number, limited }: HeaderScene): Readonly<Record<string, string>> {
  return {
    'x-request-id': `req_sim_${number}`,
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': limited ? '0' : '9999',
  };
}
