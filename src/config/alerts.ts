import { ALERT_KINDS, type AlertSettings, DEFAULT_ALERTS, type QuietHours } from '../core/alerts.ts';
import { isString, type JsonObject, keysOf } from '../lib/expect.ts';
import { readKeyReference } from './key-reference.ts';
import { duration, flag, type Kind, type ObjectReader, oneOf } from './reader.ts';

const quietHours: Kind<QuietHours> = {
  expected: 'hours of the local day: "22:00-08:00"',
  read(value) {
    const found = isString(value)
      ? /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)$/.exec(value)
      : null;
    if (!found) return undefined;
    const [fromHour, fromMinute, toHour, toMinute] = found.slice(1).map(Number);
    const hours = {
      from: (fromHour ?? 0) * 60 + (fromMinute ?? 0),
      to: (toHour ?? 0) * 60 + (toMinute ?? 0),
    };
    return hours.from === hours.to ? undefined : hours;
  },
};

/** Reads `alerts`; without it nobody is told anything. */
export function readAlerts(reader: ObjectReader | undefined): AlertSettings | undefined {
  if (!reader) return undefined;
  const webhookReader = reader.object('webhook');
  const webhook = webhookReader && readKeyReference(webhookReader);
  const quiet = reader.optional('quiet', quietHours);
  const settings: AlertSettings = {
    on: reader.list('on', oneOf(ALERT_KINDS)) ?? DEFAULT_ALERTS.on,
    desktop: reader.optional('desktop', flag) ?? DEFAULT_ALERTS.desktop,
    ...(webhook && { webhook }),
    ...(quiet && { quiet }),
    atMostEveryMs: reader.optional('atMostEveryMs', duration) ?? DEFAULT_ALERTS.atMostEveryMs,
  };
  reader.finish();
  return settings;
}

/** The same for editors. */
export function alertsSchema(webhook: JsonObject): JsonObject {
  return {
    type: 'object',
    description:
      'Whom gw tells when something happens while nobody looks. Nobody, until desktop or webhook is set.',
    properties: {
      on: {
        type: 'array',
        items: { enum: keysOf(ALERT_KINDS) },
        uniqueItems: true,
        default: DEFAULT_ALERTS.on,
        description: 'What is told.',
      },
      desktop: {
        type: 'boolean',
        default: DEFAULT_ALERTS.desktop,
        description: "Notifications of this computer's desktop.",
      },
      webhook,
      quiet: {
        type: 'string',
        description: 'Hours of the local day in which nothing is told: "22:00-08:00".',
      },
      atMostEveryMs: {
        type: ['string', 'number'],
        default: DEFAULT_ALERTS.atMostEveryMs,
        description:
          'Alerts of one kind are at least so far apart; what happens in between is told together.',
      },
    },
    additionalProperties: false,
  };
}
