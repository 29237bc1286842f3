import { field, isObject, isString, keysOf, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { type Objections, listOf, unknownFields } from '../../content/objections.ts';
import { either, snakeCase } from './fields.ts';
import { mediaObjections } from './media.ts';
import { demandsSignatures, isOwnCall, isOwnText } from './signature.ts';

function names(text: string): ReadonlySet<string> {
  const camel = text.split(/\s+/);
  return new Set([...camel, ...camel.map(snakeCase)]);
}

// https://ai.google.dev/api/generate-content
const REQUEST_FIELDS = names(
  'contents tools toolConfig safetySettings systemInstruction generationConfig cachedContent model labels store serviceTier modelArmorConfig',
);
const CONFIG_FIELDS = names(
  `stopSequences responseMimeType responseSchema responseJsonSchema responseModalities candidateCount maxOutputTokens
  temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs enableEnhancedCivicAnswers
  speechConfig thinkingConfig imageConfig mediaResolution audioTimestamp routingConfig modelSelectionConfig
  responseFormat`,
);
const PART_FIELDS = names(
  `text thought thoughtSignature inlineData fileData functionCall functionResponse executableCode codeExecutionResult
  videoMetadata mediaResolution partMetadata toolCall toolResponse`,
);
const PART_KINDS =
  'text inlineData fileData functionCall functionResponse executableCode codeExecutionResult toolCall toolResponse'.split(
    ' ',
  );
const REQUEST = '* GenerateContentRequest.';

/** What Google would refuse a request for. */
export function* requestObjections(asked: Asked, identity: Identity): Objections {
  const { json } = asked;
  yield* fieldObjections(json, REQUEST_FIELDS, '');
  yield* fieldObjections(either(json, 'generationConfig'), CONFIG_FIELDS, 'generation_config');
  const contents = field(json, 'contents');
  if (listOf(contents).length === 0) yield { message: `${REQUEST}contents: contents is not specified\n` };
  for (const [index, content] of listOf(contents).entries())
    yield* contentObjections(content, index, identity);
  yield* orderObjections(listOf(contents));
  if (demandsSignatures(asked.model)) yield* missingSignatures(listOf(contents));
  yield* toolObjections(json);
  yield* mediaObjections(asked);
  const temperature = numberField(either(json, 'generationConfig'), 'temperature');
  if (temperature !== undefined && (temperature < 0 || temperature > 2)) {
    yield {
      message: `${REQUEST}generation_config.temperature: temperature must be in the range [0.0, 2.0].\n`,
    };
  }
}

function* fieldObjections(value: unknown, known: ReadonlySet<string>, at: string): Objections {
  for (const name of unknownFields(value, known)) {
    const place = at === '' ? '' : ` at '${at}'`;
    yield { message: `Invalid JSON payload received. Unknown name "${name}"${place}: Cannot find field.` };
  }
}

function* contentObjections(content: unknown, index: number, identity: Identity): Objections {
  const role = field(content, 'role');
  const at = `contents[${index}]`;
  if (role !== undefined && role !== 'user' && role !== 'model' && role !== 'function') {
    yield { message: 'Please use a valid role: user, model.' };
  }
  const parts = field(content, 'parts');
  if (listOf(parts).length === 0)
    yield { message: `${REQUEST}${at}.parts: contents.parts must not be empty.\n` };
  for (const [place, part] of listOf(parts).entries()) {
    yield* partObjections(part, `${at}.parts[${place}]`, identity);
  }
}

function* partObjections(part: unknown, at: string, identity: Identity): Objections {
  yield* fieldObjections(part, PART_FIELDS, at);
  const kinds = PART_KINDS.filter((kind) => either(part, kind) !== undefined);
  if (kinds.length === 0) {
    yield { message: `${REQUEST}${at}.data: required oneof field 'data' must have one initialized field\n` };
  }
  if (kinds.length > 1) {
    yield {
      message: `Invalid value at '${at}' (oneof), oneof field 'data' is already set. Cannot set '${kinds[1] ?? ''}'`,
    };
  }
  const call = either(part, 'functionCall');
  const result = either(part, 'functionResponse');
  for (const [value, name] of [[call, 'function_call'] as const, [result, 'function_response'] as const]) {
    if (value !== undefined && !stringField(value, 'name')) {
      yield { message: `${REQUEST}${at}.${name}.name: Name cannot be empty.\n` };
    }
  }
  yield* structObjections(field(call, 'args'), `${at}.function_call.args`);
  yield* structObjections(field(result, 'response'), `${at}.function_response.response`);
  yield* signatureObjections(part, at, identity);
}

function* structObjections(value: unknown, at: string): Objections {
  if (value === undefined || isObject(value)) return;
  const shown = JSON.stringify(value);
  yield { message: `Invalid value at '${at}' (type.googleapis.com/google.protobuf.Struct), ${shown}` };
}

function* signatureObjections(part: unknown, at: string, identity: Identity): Objections {
  const signature = either(part, 'thoughtSignature');
  if (signature === undefined) return;
  if (!isString(signature) || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(signature)) {
    yield {
      message: `Invalid value at '${at}.thought_signature' (TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(signature)}`,
    };
    return;
  }
  const call = either(part, 'functionCall');
  const isOwn =
    call === undefined
      ? isOwnText(identity, signature)
      : isOwnCall(identity, signature, stringField(call, 'name') ?? '', field(call, 'args'));
  if (!isOwn) yield { message: 'Corrupted thought signature.' };
}

/** Calls come after the user or a result, are answered in the next turn, all of them, by name. */
function* orderObjections(contents: readonly unknown[]): Objections {
  let open: readonly string[] = [];
  for (const [index, content] of contents.entries()) {
    const calls = namesOf(content, 'functionCall');
    const results = namesOf(content, 'functionResponse');
    if (results.length > 0 && open.length === 0) {
      yield {
        message: 'Please ensure that function response turn comes immediately after a function call turn.',
      };
    }
    if (results.length !== open.length || results.toSorted().join('\n') !== open.toSorted().join('\n')) {
      yield {
        message:
          'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      };
    }
    const before = field(contents[index - 1], 'role');
    if (calls.length > 0 && (index === 0 || before === 'model')) {
      yield {
        message:
          'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      };
    }
    open = calls;
  }
  if (open.length > 0) {
    yield {
      message: 'Please ensure that function call turn is followed by a function response turn.',
    };
  }
}

function namesOf(content: unknown, kind: string): readonly string[] {
  return listOf(field(content, 'parts')).flatMap((part) => {
    const found = either(part, kind);
    return found === undefined ? [] : [stringField(found, 'name') ?? ''];
  });
}

/** In the turn that is going on, the first call of each step carries its signature. */
function* missingSignatures(contents: readonly unknown[]): Objections {
  const own = contents.findLastIndex(
    (content) => field(content, 'role') !== 'model' && namesOf(content, 'functionResponse').length === 0,
  );
  for (const [index, content] of contents.entries()) {
    if (index < own) continue;
    const first = listOf(field(content, 'parts')).find((part) => either(part, 'functionCall') !== undefined);
    if (first === undefined || either(first, 'thoughtSignature') !== undefined) continue;
    const name = stringField(either(first, 'functionCall'), 'name') ?? '';
    yield {
      message: `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\` , position ${index + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
    };
  }
}

// Words of JSON Schema that the older field, a part of OpenAPI's, does not have.
const NOT_OPENAPI = new Set(
  `$schema $ref $defs $id $anchor $comment definitions const oneOf allOf not if then else patternProperties
  exclusiveMinimum exclusiveMaximum propertyNames unevaluatedProperties dependentRequired contains prefixItems
  multipleOf uniqueItems`.split(/\s+/),
);

function* toolObjections(json: unknown): Objections {
  for (const [index, tool] of listOf(field(json, 'tools')).entries()) {
    for (const [place, declared] of listOf(either(tool, 'functionDeclarations')).entries()) {
      const at = `tools[${index}].function_declarations[${place}]`;
      const name = stringField(declared, 'name') ?? '';
      if (!/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/.test(name)) {
        yield {
          message: `${REQUEST}${at}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.\n`,
        };
      }
      yield* schemaObjections(field(declared, 'parameters'), `${at}.parameters`);
    }
  }
  const config = either(json, 'generationConfig');
  yield* schemaObjections(either(config, 'responseSchema'), 'generation_config.response_schema');
}

function* schemaObjections(schema: unknown, at: string): Objections {
  if (!isObject(schema)) return;
  for (const name of keysOf(schema)) {
    if (!NOT_OPENAPI.has(name)) continue;
    yield { message: `Invalid JSON payload received. Unknown name "${name}" at '${at}': Cannot find field.` };
  }
  if (Array.isArray(schema['type'])) {
    yield {
      message: `Invalid JSON payload received. Unknown name "type" at '${at}': Proto field is not repeating, cannot start list.`,
    };
  }
  const properties = field(schema, 'properties');
  if (isObject(properties)) {
    for (const [index, inner] of Object.values(properties).entries()) {
      yield* schemaObjections(inner, `${at}.properties[${index}].value`);
    }
  }
  yield* schemaObjections(schema['items'], `${at}.items`);
  for (const [index, inner] of listOf(either(schema, 'anyOf')).entries()) {
    yield* schemaObjections(inner, `${at}.any_of[${index}]`);
  }
}
