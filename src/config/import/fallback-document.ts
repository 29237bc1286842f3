import { isObject, type JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';
import { type KeyFound, keyFound, numberAt, present, resolved, textAt, textOf, written } from './foreign.ts';
import { presetAt, presetNamed, presetOfModel } from './hosts.ts';
import type { ImportSources, WantedTarget } from './imported.ts';
import { type LeftTable, leaveRest } from './rest.ts';

const RANKS = ['primary', 'secondary', 'tertiary', 'quaternary'];
const SERVICE: LeftTable = {
  provider: true,
  service: true,
  name: true,
  type: true,
  vendor: true,
  model: true,
  url: true,
  base_url: true,
  api_base: true,
  endpoint: true,
  api_key: true,
  api_key_env: true,
  key: true,
  timeout: ['limits are set for a route or for all', 'gw config set profiles.NAME.policy.answerMs'],
  max_retries: ['retries are set for a route or for all', 'gw config set profiles.NAME.policy.retries'],
};

/** The object that names a service of each rank: the document itself, or one in it. */
export function servicesIn(
  document: JsonObject,
): { readonly object: JsonObject; readonly place: string } | undefined {
  const has = (object: JsonObject): boolean => RANKS.some((rank) => Object.hasOwn(object, `${rank}_service`));
  if (has(document)) return { object: document, place: '' };
  for (const [name, value] of Object.entries(document)) {
    if (isObject(value) && has(value)) return { object: value, place: name };
  }
  return undefined;
}

/**
 * Reads a document that names a `primary_service`, a `secondary_service` and so on, each by a vendor's name, as
 * `vendor/model`, by an address, or as an object of these. No published description of it is known: what is not
 * understood is listed.
 */
export function readFallbackDocument(document: JsonObject, draft: ImportDraft, sources: ImportSources): void {
  const found = servicesIn(document);
  if (!found) return;
  const known: Record<string, true> = {};
  const targets = RANKS.flatMap((rank) => {
    const name = `${rank}_service`;
    known[name] = true;
    if (found.object[name] === undefined || found.object[name] === null) return [];
    const place = found.place === '' ? name : `${found.place}.${name}`;
    return present(readService(found.object[name], rank, place, draft, sources));
  });
  if (draft.route('default', targets, found.place || 'primary_service'))
    draft.match('default', '*', found.place);
  leaveRest(found.object, { ...known, ...(found.place === '' && { name: true }) }, found.place, draft);
  if (found.place !== '') leaveRest(document, { [found.place]: true, name: true }, '', draft);
}

function readService(
  value: unknown,
  rank: string,
  place: string,
  draft: ImportDraft,
  sources: ImportSources,
): WantedTarget | undefined {
  const entry: JsonObject = isObject(value) ? value : fromText(textOf(value) ?? '');
  leaveRest(entry, SERVICE, place, draft);
  const address = ['url', 'base_url', 'api_base', 'endpoint']
    .map((name) => resolved(written(entry[name]), sources.env))
    .find((text) => text !== undefined);
  const vendor = textAt(entry, 'provider', 'vendor', 'service', 'type', 'name');
  const model = textAt(entry, 'model');
  const { presets } = sources;
  const preset =
    (vendor === undefined ? undefined : presetNamed(vendor, presets)) ??
    (address === undefined ? undefined : presetAt(address, presets)) ??
    (model === undefined || address !== undefined ? undefined : presetOfModel(model, presets));
  const provider = draft.provider({
    place,
    name: vendor ?? preset?.name ?? rank,
    preset,
    url: address,
    keys: keysOf(entry, place),
  });
  if (provider === undefined) return undefined;
  const weight = numberAt(entry, 'weight');
  if (weight !== undefined)
    draft.leave(`${place}.weight`, 'they are asked in order', 'gw route set default --balance weighted');
  return { provider, model };
}

function keysOf(entry: JsonObject, place: string): KeyFound[] {
  const variable = textAt(entry, 'api_key_env');
  const named = variable === undefined ? undefined : keyFound(`env.${variable}`, `${place}.api_key_env`);
  if (named?.is === 'reference') return [named];
  const name = entry['api_key'] === undefined ? 'key' : 'api_key';
  return present(keyFound(entry[name], `${place}.${name}`));
}

function fromText(text: string): JsonObject {
  if (/^https?:/.test(text)) return { url: text };
  const slash = text.indexOf('/');
  return slash < 1 ? { provider: text } : { provider: text.slice(0, slash), model: text.slice(slash + 1) };
}
