import type { CallerFormatName } from '../core/operation.ts';

/** What gw answers by itself, and so is in no cassette: its list of models, and that it is there. */
export function localAnswer(local: string, format: CallerFormatName, models: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(local === 'models' ? modelList(format, models) : {}));
}

function modelList(format: CallerFormatName, models: readonly string[]): object {
  switch (format) {
    case 'gemini':
      return { models: models.map((name) => ({ name: `models/${name}` })) };
    case 'anthropic-messages':
      return {
        data: models.map((id) => ({
          type: 'model',
          id,
          display_name: id,
          created_at: '1970-01-01T00:00:00Z',
        })),
        has_more: false,
      };
    case 'openai-chat':
    case 'openai-responses':
      return {
        object: 'list',
        data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'gw' })),
      };
  }
}
