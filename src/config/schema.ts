import { CAPTURE_MODES } from '../core/capture.ts';
import { BALANCES, DEFAULT_POLICY, type Policy } from '../core/policy.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { type JsonObject, keysOf } from '../lib/expect.ts';
import { alertsSchema } from './alerts.ts';
import { BUDGET_SCHEMAS } from './budgets.ts';
import { LINT_SCHEMA } from './lint.ts';
import { authSchema } from './oauth.ts';
import { METRICS_SCHEMA, OTEL_SCHEMA, SOCKET_SCHEMA } from './observing.ts';
import { POLICY_SUMMARIES } from './policy-summaries.ts';
import { PRICE_KEYS } from './prices.ts';
import { FORMATS, QUIRKS } from './provider.ts';
import { MOST_WEIGHT } from './weights.ts';

const ADDRESS = 'https://json-schema.org/draft/2020-12/schema';
const DURATION = { type: ['string', 'number'], description: 'A duration ("10s", "1m30s") or milliseconds.' };
const SIZE = { type: ['string', 'integer'], description: 'A size ("128MB") or bytes.' };

function object(properties: JsonObject, description: string, required: readonly string[] = []): JsonObject {
  return {
    type: 'object',
    description,
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function table(of: JsonObject, description: string): JsonObject {
  return { type: 'object', description, additionalProperties: of };
}

function list(items: JsonObject, description: string): JsonObject {
  return { type: 'array', description, items, uniqueItems: true };
}

const TEXT = { type: 'string' } as const;

function policySchema(): JsonObject {
  const properties: JsonObject = {};
  for (const key of keysOf(DEFAULT_POLICY)) {
    const description = POLICY_SUMMARIES[key];
    properties[key] = { ...policyType(key), description, default: DEFAULT_POLICY[key] };
  }
  return object(properties, 'What is decided differently from the defaults.');
}

function policyType(key: keyof Policy): JsonObject {
  if (key === 'onCut') return { enum: ['continue', 'error'] };
  if (key === 'probe') return { enum: ['free', 'one-token', 'off'] };
  if (key === 'balance') return { enum: keysOf(BALANCES) };
  if (key === 'keys') return { enum: ['order', 'spread'] };
  if (key === 'losses') return { enum: ['warn', 'silent', 'strict'] };
  if (key === 'hedge') return { anyOf: [{ enum: ['off', 'p95'] }, { type: DURATION.type }] };
  if (key.endsWith('Ms')) return { type: DURATION.type };
  if (key.endsWith('Bytes')) return { type: SIZE.type };
  return { type: typeof DEFAULT_POLICY[key] };
}

function keySchema(description: string): JsonObject {
  const one = (name: string, what: string): JsonObject =>
    object({ [name]: { ...TEXT, description: what } }, what, [name]);
  return {
    description,
    oneOf: [
      one('env', 'Name of an environment variable.'),
      one('file', 'Path of a file whose first line is the key (~/ is the home directory).'),
      one('keychain', "Account in the operating system's keychain, service gw."),
      one('value', 'The key itself: readable by whoever reads this file.'),
    ],
  };
}

function providerSchema(): JsonObject {
  return object(
    {
      preset: { ...TEXT, description: 'A vendor gw knows; fills in everything that is not said here.' },
      url: { ...TEXT, description: 'Base address with version prefix: https://api.example.com/v1.' },
      format: { enum: keysOf(FORMATS), description: 'The wire format it speaks.' },
      alsoSpeaks: list(
        { enum: keysOf(FORMATS) },
        'Further formats it speaks at the same address; their callers are served without translation.',
      ),
      auth: authSchema(keySchema),
      keys: list(keySchema('Where one key is kept.'), 'Keys, used in turn when one is limited or refused.'),
      enabled: { type: 'boolean', default: true, description: 'false leaves it out of every plan.' },
      concurrency: {
        type: 'integer',
        minimum: 1,
        description: 'Requests it serves at once; more wait for room or go to the next target.',
      },
      headers: table(TEXT, 'Extra request headers.'),
      quirks: list({ enum: keysOf(QUIRKS) }, 'Known oddities of this host.'),
      models: list(TEXT, 'Models it is known to have.'),
      prices: table(
        priceSchema(),
        'What you pay, by model name or pattern (*): US dollars per million tokens.',
      ),
      owns: list(TEXT, 'Patterns (*) of model names that belong to it when no route names them.'),
    },
    'One upstream account or server.',
  );
}

function priceSchema(): JsonObject {
  const properties: JsonObject = {};
  for (const name of keysOf(PRICE_KEYS)) properties[name] = { type: 'number', description: PRICE_KEYS[name] };
  return object(properties, 'The price of a model.', ['input']);
}

function routeSchema(): JsonObject {
  return object(
    {
      match: list(TEXT, 'Model names or patterns (*) it answers to; * alone makes it the default.'),
      targets: {
        ...list(
          TEXT,
          'provider/model, in the order they stand in for each other; without model, the one asked for.',
        ),
        minItems: 1,
      },
      weights: table(
        { type: 'number', exclusiveMinimum: 0, maximum: MOST_WEIGHT },
        'How often or how much each target takes beside the others, by its name among the targets; 1 when not said.',
      ),
      policy: policySchema(),
    },
    'A name that callers ask for, and its ordered targets.',
    ['targets'],
  );
}

function listenSchema(): JsonObject {
  const { host, port } = DEFAULT_SETTINGS.listen;
  return object(
    {
      host: {
        ...TEXT,
        default: host,
        description: 'Address to listen on; any but a loopback one needs a token.',
      },
      port: {
        type: 'integer',
        minimum: 0,
        maximum: 65_535,
        default: port,
        description: 'Port to listen on.',
      },
      socket: SOCKET_SCHEMA,
      token: keySchema('Where the token is kept that callers must send as their API key.'),
      allowedHosts: list(TEXT, 'Host names a caller may use besides 127.0.0.1, localhost and [::1].'),
      allowedOrigins: list(TEXT, 'Browser origins that may call.'),
    },
    'The address callers are pointed at.',
  );
}

function recordSchema(): JsonObject {
  const { record } = DEFAULT_SETTINGS;
  return object(
    {
      maxAgeDays: {
        type: 'integer',
        minimum: 1,
        default: record.maxAgeDays,
        description: 'Days requests are kept.',
      },
      maxBytes: {
        ...SIZE,
        default: record.maxBytes,
        description: 'Size the record of requests is kept under.',
      },
      capture: {
        enum: keysOf(CAPTURE_MODES),
        default: record.capture,
        description:
          'Whether headers and bodies are kept too, without credentials: of no request, of those in which something failed, of all.',
      },
      captureBytes: {
        ...SIZE,
        default: record.captureBytes,
        description: 'The most that is kept of one body.',
      },
    },
    'The record of requests.',
  );
}

function cacheSchema(): JsonObject {
  const { cache } = DEFAULT_SETTINGS;
  return object(
    {
      disk: {
        type: 'boolean',
        default: cache.disk,
        description: 'Whether kept answers survive a restart; false keeps them in memory only.',
      },
      maxBytes: { ...SIZE, default: cache.maxBytes, description: 'Size they are kept under on disk.' },
      memoryBytes: { ...SIZE, default: cache.memoryBytes, description: 'And in memory.' },
      answerBytes: { ...SIZE, default: cache.answerBytes, description: 'The largest answer that is kept.' },
    },
    'Where answers are kept, for routes whose policy says so.',
  );
}

function build(): JsonObject {
  const { log } = DEFAULT_SETTINGS;
  return {
    $schema: ADDRESS,
    title: 'The profile file of gw',
    ...object(
      {
        $schema: { ...TEXT, description: 'Where an editor finds this schema.' },
        active: { ...TEXT, default: 'default', description: 'The profile in use.' },
        listen: listenSchema(),
        log: object(
          {
            level: {
              enum: ['debug', 'info', 'warn', 'error'],
              default: log.level,
              description: 'Least level written.',
            },
            maxBytes: { ...SIZE, default: log.maxBytes, description: 'Size at which the log rotates.' },
            keep: { type: 'integer', minimum: 0, default: log.keep, description: 'Old logs kept.' },
          },
          "The daemon's own log.",
        ),
        record: recordSchema(),
        cache: cacheSchema(),
        alerts: alertsSchema(keySchema('Where the address is kept that alerts are posted to.')),
        metrics: METRICS_SCHEMA,
        otel: OTEL_SCHEMA,
        profiles: table(
          object(
            {
              providers: table(providerSchema(), 'Where requests can go, by name.'),
              routes: table(routeSchema(), 'What callers can ask for, by name.'),
              policy: policySchema(),
              ...BUDGET_SCHEMAS,
              lint: LINT_SCHEMA,
            },
            'A named set of providers, routes and policies.',
          ),
          'Profiles by name.',
        ),
      },
      'gw config validate says what is wrong with it.',
    ),
  };
}

/** The profile file's JSON Schema (2020-12), for editors; `docs/config.schema.json` is this. */
export const JSON_SCHEMA: JsonObject = build();
