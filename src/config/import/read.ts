import { isObject, type JsonObject, keysOf } from '../../lib/expect.ts';
import { readBifrost } from './bifrost.ts';
import { readClaudeCodeRouter } from './claude-code-router.ts';
import { ImportDraft } from './draft.ts';
import { readFallbackDocument, servicesIn } from './fallback-document.ts';
import { textOf } from './foreign.ts';
import type { Imported, ImportSources } from './imported.ts';
import { readLitellm } from './litellm.ts';
import { readPortkey } from './portkey.ts';

interface Kind {
  readonly title: string;
  /** Whether a document is of this kind, by what only this kind has. */
  readonly fits: (document: JsonObject) => boolean;
  readonly read: (document: JsonObject, draft: ImportDraft, sources: ImportSources) => void;
}

/** Configurations of other tools that can be taken over; told apart in this order. */
export const FOREIGN_KINDS = {
  litellm: {
    title: 'LiteLLM config.yaml',
    fits: (document) => Array.isArray(document['model_list']),
    read: readLitellm,
  },
  'claude-code-router': {
    title: 'claude-code-router config.json',
    fits: (document) =>
      Array.isArray(document['Providers']) ||
      (isObject(document['Router']) && Array.isArray(document['providers'])),
    read: readClaudeCodeRouter,
  },
  fallback: {
    title: 'fallback configuration (primary_service, secondary_service)',
    fits: (document) => servicesIn(document) !== undefined,
    read: readFallbackDocument,
  },
  portkey: {
    title: 'Portkey config',
    fits: (document) =>
      isObject(document['strategy']) ||
      Array.isArray(document['targets']) ||
      ['virtual_key', 'virtualKey', 'override_params', 'overrideParams'].some((name) =>
        Object.hasOwn(document, name),
      ),
    read: readPortkey,
  },
  bifrost: {
    title: 'Bifrost config.json',
    fits: (document) => isBifrost(document),
    read: readBifrost,
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type ForeignKind = keyof typeof FOREIGN_KINDS;

/** Which tool a document configures; undefined for one of ours, or of nobody we know. */
export function detectForeign(document: JsonObject): ForeignKind | undefined {
  return keysOf(FOREIGN_KINDS).find((kind) => FOREIGN_KINDS[kind].fits(document));
}

/** Makes a profile of another tool's configuration. Never throws, whatever the document holds. */
export function readForeign(kind: ForeignKind, document: JsonObject, sources: ImportSources): Imported {
  const draft = new ImportDraft();
  FOREIGN_KINDS[kind].read(document, draft, sources);
  return draft.finish();
}

/** Its providers have lists of keys that say `value`, or settings of the network; ours have neither. */
function isBifrost(document: JsonObject): boolean {
  if (textOf(document['$schema'])?.includes('getbifrost.ai') === true) return true;
  const providers = document['providers'];
  if (!isObject(providers)) return false;
  return Object.values(providers).some(
    (entry) =>
      isObject(entry) &&
      (isObject(entry['network_config']) ||
        isObject(entry['concurrency_and_buffer_size']) ||
        (Array.isArray(entry['keys']) &&
          entry['keys'].some(
            (key) => isObject(key) && (Object.hasOwn(key, 'weight') || Object.hasOwn(key, 'models')),
          ))),
  );
}
