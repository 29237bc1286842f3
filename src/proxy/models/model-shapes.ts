import type { CallerFormatName } from '../../core/operation.ts';

/** Whose shape a list of models is told in. */
export type ModelListShape = CallerFormatName | 'codex';

/** The list of models as one kind of caller reads it. */
export function listModels(shape: ModelListShape, names: readonly string[]): unknown {
  switch (shape) {
    case 'anthropic-messages':
      // https://docs.anthropic.com/en/api/models-list: always one page here.
      return {
        data: names.map((name) => describeModel(shape, name)),
        has_more: false,
        first_id: names[0] ?? null,
        last_id: names.at(-1) ?? null,
      };
    case 'gemini':
      return { models: names.map((name) => describeModel(shape, name)) };
    case 'codex':
      // Its list has much that only its own backend knows; with none it goes on with what it has built in.
      return { models: [] };
    case 'openai-chat':
    case 'openai-responses':
      return { object: 'list', data: names.map((name) => describeModel(shape, name)) };
  }
}

/** One model as one kind of caller reads it. */
export function describeModel(shape: CallerFormatName, name: string): unknown {
  switch (shape) {
    case 'anthropic-messages':
      return { type: 'model', id: name, display_name: name, created_at: '1970-01-01T00:00:00Z' };
    case 'gemini':
      // https://ai.google.dev/api/models
      return {
        name: `models/${name}`,
        displayName: name,
        supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
      };
    case 'openai-chat':
    case 'openai-responses':
      return { id: name, object: 'model', created: 0, owned_by: 'gw' };
  }
}
