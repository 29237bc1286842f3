import { isIP } from 'node:net';

import { CAPTURE_MODES } from '../core/capture.ts';
import type { KeyPort } from '../core/ports.ts';
import type { KeyReference } from '../core/profile.ts';
import { DEFAULT_SETTINGS, type ListenSettings, type Settings } from '../core/settings.ts';
import { Secret } from '../lib/secret.ts';
import { readAlerts } from './alerts.ts';
import { readKeyReference } from './key-reference.ts';
import { readMetrics, readOtel, socketPath } from './observing.ts';
import { flag, matching, type ObjectReader, oneOf, size, text, whole } from './reader.ts';

const LEVELS = { debug: true, info: true, warn: true, error: true } as const;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*$/;
const hostName = matching(HOST_NAME, 'a host name without port: "host.docker.internal"');
const origin = matching(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, 'an origin: "http://localhost:3000"');

/** The settings of a file, and where the caller's token is kept. */
export interface SettingsRead {
  readonly settings: Settings;
  readonly token: KeyReference | undefined;
}

/** Reads `listen`, `log`, `record`, `cache`, `metrics` and `otel`. */
export function readSettings(reader: ObjectReader): SettingsRead {
  const listen = readListen(reader.object('listen'));
  const log = reader.object('log');
  const record = reader.object('record');
  const cache = reader.object('cache');
  const settings: Settings = {
    listen: listen.settings,
    log: {
      level: log?.optional('level', oneOf(LEVELS)) ?? DEFAULT_SETTINGS.log.level,
      maxBytes: log?.optional('maxBytes', size) ?? DEFAULT_SETTINGS.log.maxBytes,
      keep: log?.optional('keep', whole(0, 100)) ?? DEFAULT_SETTINGS.log.keep,
    },
    record: {
      maxAgeDays: record?.optional('maxAgeDays', whole(1, 3650)) ?? DEFAULT_SETTINGS.record.maxAgeDays,
      maxBytes: record?.optional('maxBytes', size) ?? DEFAULT_SETTINGS.record.maxBytes,
      capture: record?.optional('capture', oneOf(CAPTURE_MODES)) ?? DEFAULT_SETTINGS.record.capture,
      captureBytes: record?.optional('captureBytes', size) ?? DEFAULT_SETTINGS.record.captureBytes,
    },
    cache: {
      disk: cache?.optional('disk', flag) ?? DEFAULT_SETTINGS.cache.disk,
      maxBytes: cache?.optional('maxBytes', size) ?? DEFAULT_SETTINGS.cache.maxBytes,
      memoryBytes: cache?.optional('memoryBytes', size) ?? DEFAULT_SETTINGS.cache.memoryBytes,
      answerBytes: cache?.optional('answerBytes', size) ?? DEFAULT_SETTINGS.cache.answerBytes,
    },
    metrics: readMetrics(reader.object('metrics')),
    otel: readOtel(reader.object('otel')),
  };
  const alerts = readAlerts(reader.object('alerts'));
  log?.finish();
  record?.finish();
  cache?.finish();
  return { settings: alerts ? { ...settings, alerts } : settings, token: listen.token };
}

function readListen(reader: ObjectReader | undefined): {
  settings: ListenSettings;
  token: KeyReference | undefined;
} {
  if (!reader) return { settings: DEFAULT_SETTINGS.listen, token: undefined };
  const tokenReader = reader.object('token');
  const token = tokenReader && readKeyReference(tokenReader);
  const host = reader.optional('host', text) ?? DEFAULT_SETTINGS.listen.host;
  if (isIP(host) === 0 && host !== 'localhost') {
    reader.problem(reader.below('host'), 'this is no address of this machine', {
      expected: 'an IP address: "127.0.0.1", or "0.0.0.0" for every network (with a token)',
    });
  } else if (!isLoopback(host) && !tokenReader) {
    reader.problem(reader.below('host'), 'whoever reaches this address could spend your credit', {
      expected: 'a loopback address, or listen.token as well: {"env": "GW_TOKEN"}',
    });
  }
  const settings: ListenSettings = {
    host,
    port: reader.optional('port', whole(0, 65_535)) ?? DEFAULT_SETTINGS.listen.port,
    token: token && unknownToken(token),
    allowedHosts: reader.list('allowedHosts', hostName) ?? [],
    allowedOrigins: reader.list('allowedOrigins', origin) ?? [],
  };
  const socket = reader.optional('socket', socketPath);
  reader.finish();
  return { settings: socket === undefined ? settings : { ...settings, socket }, token };
}

/** True for the addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * A token that is kept elsewhere is not known yet. A random one stands in for it, so that forgetting to look it up
 * locks callers out instead of letting everybody in.
 */
function unknownToken(reference: KeyReference): Secret {
  return new Secret(reference.is === 'inline' ? reference.value : crypto.randomUUID());
}

/** The settings with the token looked up. Where it does not resolve, no caller can know it, and all are refused. */
export function settingsWithToken(
  config: { readonly settings: Settings; readonly token: KeyReference | undefined },
  keys: KeyPort,
): Settings {
  const token = config.token && keys.resolve(config.token);
  if (!token) return config.settings;
  return { ...config.settings, listen: { ...config.settings.listen, token } };
}
