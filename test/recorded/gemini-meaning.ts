type Json = { readonly [name: string]: unknown };

/** Fields of which the hub knows nothing, reported as losses or without a meaning of their own. */
const DROPPED = new Set([
  'safetySettings',
  'labels',
  'modelArmorConfig',
  'cachedContent',
  'responseModalities',
  'responseLogprobs',
  'logprobs',
  'videoMetadata',
  'includeServerSideToolInvocations',
]);

/** A request with everything said one way that can be said in several. */
export function meaning(value: unknown): unknown {
  const { contents, tools, toolConfig, generationConfig, systemInstruction } = camelCase(value) as Json & {
    contents: readonly Json[];
  };
  return {
    system: list((systemInstruction as Json | undefined)?.['parts']).map(({ text }) => text),
    contents: joined(contents)
      .map((turn) => ({
        role: turn.role === 'function' ? 'user' : (turn.role ?? 'user'),
        parts: turn.parts.flatMap((part) => partMeaning(part)),
      }))
      .filter(({ parts }) => parts.length > 0),
    tools: list(tools).flatMap((tool) => list(tool['functionDeclarations']).map(toolMeaning)),
    choice: choiceMeaning((toolConfig as Json | undefined)?.['functionCallingConfig'] as Json | undefined),
    config: configMeaning(generationConfig as Json | undefined),
  };
}

function list(value: unknown): readonly Json[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value as Json];
}

/** Neighbouring turns of one speaker are one. */
function joined(contents: readonly Json[]): { role?: unknown; parts: Json[] }[] {
  const turns: { role?: unknown; parts: Json[] }[] = [];
  for (const { role, parts } of list(contents)) {
    const last = turns.at(-1);
    if (last && last.role === role) last.parts.push(...list(parts));
    else turns.push({ role, parts: [...list(parts)] });
  }
  return turns;
}

interface WirePart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: Json;
  readonly functionResponse?: Json;
  readonly inlineData?: Json;
  readonly fileData?: Json;
}

function partMeaning(part: WirePart): unknown[] {
  const { functionCall, functionResponse, inlineData, fileData, text, thought, thoughtSignature } = part;
  // A placeholder says that there is none; thoughts without a signature mean nothing to the model.
  const placeholder = thoughtSignature === 'skip_thought_signature_validator';
  const signature = thoughtSignature === undefined || placeholder ? {} : { thoughtSignature };
  if (functionCall) {
    return [{ call: functionCall['name'], args: functionCall['args'] ?? {}, ...signature }];
  }
  if (functionResponse) {
    const { output, error, ...rest } = (functionResponse['response'] ?? {}) as Json;
    const said = Object.keys(rest).length > 0 ? functionResponse['response'] : (error ?? output ?? {});
    return [
      {
        result: functionResponse['name'],
        isError: error !== undefined,
        said: plain(said),
        parts: functionResponse['parts'],
      },
    ];
  }
  if (inlineData)
    return [
      {
        inline: inlineData['mimeType'],
        data: String(inlineData['data']).replaceAll('-', '+').replaceAll('_', '/'),
      },
    ];
  if (fileData) return [{ file: fileData['fileUri'] }];
  if (text === undefined || (thought === true && thoughtSignature === undefined)) return [];
  return text === '' && thoughtSignature === undefined ? [] : [{ text, ...signature }];
}

/** The text of a result may be JSON, and JSON the text of a result. */
function plain(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function toolMeaning({ name, description, parameters, parametersJsonSchema }: Json): unknown {
  const schema = schemaMeaning(parametersJsonSchema ?? parameters);
  const isEmpty = schema === undefined || Object.keys((schema as Json)['properties'] ?? {}).length === 0;
  return {
    name,
    description,
    schema: isEmpty && (schema as Json | undefined)?.['additionalProperties'] !== true ? undefined : schema,
  };
}

const TYPES = ['', 'string', 'number', 'integer', 'boolean', 'array', 'object'];

/** Google's own spelling of a schema is told from JSON Schema by its capitals. */
function schemaMeaning(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(schemaMeaning);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, propertyOrdering: _, ...rest } = schema as Json;
  const entries = Object.entries(rest).map(([name, value]) => {
    if (name === 'type' && (typeof value === 'string' || typeof value === 'number')) {
      const type = typeof value === 'number' ? TYPES[value] : value.toLowerCase();
      return [name, nullable === true ? [type, 'null'] : type];
    }
    return [name, schemaMeaning(value)];
  });
  return Object.fromEntries(entries);
}

function choiceMeaning(config: Json | undefined): unknown {
  const mode = config?.['mode'] === 'VALIDATED' || config === undefined ? 'AUTO' : config['mode'];
  return { mode, names: config?.['allowedFunctionNames'] };
}

function configMeaning(config: Json | undefined): unknown {
  const { thinkingConfig, responseSchema, responseJsonSchema, ...rest } = config ?? {};
  const { includeThoughts, ...thinking } = (thinkingConfig ?? {}) as Json;
  return {
    ...rest,
    schema: schemaMeaning(responseJsonSchema ?? responseSchema),
    thinking,
    shows: includeThoughts === true,
  };
}

function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, field]) => {
    const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (DROPPED.has(key) || field === null) return [];
    const isOpaque = ['args', 'response', 'properties'].includes(key);
    return [[key, isOpaque ? field : camelCase(field)]];
  });
  return Object.fromEntries(entries);
}
