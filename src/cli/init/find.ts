import type { KeyReference, Preset, Provider } from '../../core/profile.ts';
import { Secret } from '../../lib/secret.ts';
import type { Context } from '../context.ts';
import { CHECK_TIMEOUT_MS, checkProvider, modelToSend } from '../provider/check.ts';
import type { Check } from '../provider/subject.ts';
import type { KeyElsewhere } from './elsewhere.ts';

/** A provider that could be used, found without asking, and how it fared when it was tried. */
export interface Found {
  readonly preset: Preset;
  /** The variable its key is in; undefined for a server on this machine. */
  readonly variable: string | undefined;
  readonly check: Check;
  /** The model it stands in with; undefined when none is known. */
  readonly model: string | undefined;
  /** Where the key was found, when not in the environment. */
  readonly adopted?: KeyElsewhere;
}

/** How to look. */
export interface Search {
  readonly localTimeoutMs: number;
  /** Ask hosted providers for a word too: a list of models alone does not show that an account has credit. */
  readonly send: boolean;
  /** Keys of files that may be used as if they were in the environment. */
  readonly adopted: readonly KeyElsewhere[];
}

/** A server on this machine answers in a few milliseconds; nobody wants to wait for those that are not there. */
export const LOCAL_TIMEOUT_MS = 300;

/**
 * Looks for keys in the environment and for servers on this machine, and tries each: all at once. Presets that a person
 * has to name are left alone.
 */
export async function findProviders(
  context: Context,
  presets: readonly Preset[],
  { localTimeoutMs, ...search }: Search,
): Promise<Found[]> {
  const likely = presets.filter(({ onRequest }) => !onRequest);
  const found = await Promise.all(
    likely.map((preset) =>
      preset.local ? findLocal(context, preset, localTimeoutMs) : findHosted(context, preset, search),
    ),
  );
  return found.filter((each) => each !== undefined);
}

async function findHosted(
  context: Context,
  preset: Preset,
  { send, adopted }: Omit<Search, 'localTimeoutMs'>,
): Promise<Found | undefined> {
  const set = preset.env.find((name) => context.env[name]?.trim());
  const taken = set === undefined ? adopted.find(({ variable }) => preset.env.includes(variable)) : undefined;
  const variable = set ?? taken?.variable;
  if (variable === undefined) return undefined;
  const reference: KeyReference = { is: 'env', name: variable };
  const provider = providerOf(preset, [reference]);
  const key = taken?.key ?? new Secret(context.env[variable]?.trim() ?? '');
  const subject = { provider, preset, label: taken?.place ?? `env:${variable}`, reference, key };
  const check = await checkProvider(subject, {
    clock: context.clock,
    env: context.env,
    timeoutMs: CHECK_TIMEOUT_MS,
    send,
    model: preset.model,
  });
  return { preset, variable, check, model: preset.model, ...(taken ? { adopted: taken } : {}) };
}

/** What listens on a well-known port may be anything: only a list of models shows that it is what it should be. */
async function findLocal(context: Context, preset: Preset, timeoutMs: number): Promise<Found | undefined> {
  const provider = providerOf(preset, []);
  const subject = { provider, preset, label: 'none', reference: undefined, key: undefined };
  const options = { clock: context.clock, timeoutMs, send: false };
  const check = await checkProvider(subject, options);
  if (check.result.is === 'failed') return undefined;
  return { preset, variable: undefined, check, model: modelToSend({ provider, preset }, check.result) };
}

function providerOf(preset: Preset, keys: readonly KeyReference[]): Provider {
  const { name, url, format, auth, quirks, owns } = preset;
  return {
    name,
    preset: name,
    url,
    format,
    auth,
    keys,
    alsoSpeaks: preset.alsoSpeaks,
    quirks,
    owns,
    enabled: true,
    headers: {},
    models: [],
  };
}
