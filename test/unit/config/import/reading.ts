import { parse } from 'yaml';

import {
  detectForeign,
  type ForeignKind,
  openConfigFile,
  readForeign,
} from '../../../../src/config/index.ts';
import { findPaths } from '../../../../src/core/paths.ts';
import type { JsonObject } from '../../../../src/lib/expect.ts';
import { PRESETS } from '../../../../src/providers/index.ts';

/** What came of reading a configuration: the profile, with keys in the open replaced by the variables named for them. */
export interface Read {
  readonly kind: ForeignKind | undefined;
  readonly providers: Record<string, JsonObject>;
  readonly routes: Record<string, JsonObject>;
  readonly policy: JsonObject;
  /** `place: why`, one a line. */
  readonly left: string;
  readonly secrets: readonly string[];
  /** What the profile file says is wrong with it. */
  readonly problems: readonly string[];
}

/** Reads a document as the command does, and has the profile file judge the outcome. */
export function read(text: string | JsonObject, kind?: ForeignKind, env: Record<string, string> = {}): Read {
  const document: JsonObject = typeof text === 'string' ? parse(text) : text;
  const detected = detectForeign(document);
  const imported = readForeign(kind ?? detected ?? 'litellm', document, { presets: PRESETS, env });
  const profile = imported.profile(({ variable }) => ({ env: variable })) as {
    providers: Record<string, JsonObject>;
    routes: Record<string, JsonObject>;
    policy?: JsonObject;
  };
  const file = openConfigFile({ paths: findPaths({ GW_HOME: '/nowhere' }), presets: PRESETS });
  const judged = file.check(JSON.stringify({ profiles: { default: profile } }));
  return {
    kind: detected,
    providers: profile.providers,
    routes: profile.routes,
    policy: profile.policy ?? {},
    left: imported.left.map(({ place, why }) => `${place}: ${why}`).join('\n'),
    secrets: imported.secrets.map(({ place, provider, variable }) => `${place} ${provider} ${variable}`),
    problems: judged.is === 'ok' ? [] : judged.fault.map(({ place, message }) => `${place}: ${message}`),
  };
}
