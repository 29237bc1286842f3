import type { Preset } from '../../core/profile.ts';
import { keysOf } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CLIENT_FAMILIES, PLACEHOLDER_KEY } from '../clients/variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Says of each vendor whose key is about to be used at the vendor's own address that the same environment names another
 * one: the key may be for that. An address of this machine at `ownPort` is gw's.
 */
export function otherAddresses(env: Environment, presets: readonly Preset[], ownPort: number): string[] {
  return keysOf(CLIENT_FAMILIES).flatMap((name) => {
    const preset = presets.find((each) => each.name === name);
    const key = preset?.env.find((variable) => isKey(env[variable]));
    const variable = CLIENT_FAMILIES[name].addresses.find((each) => URL.canParse(env[each] ?? ''));
    if (preset === undefined || key === undefined || variable === undefined) return [];
    const { host, hostname, origin, pathname, port } = new URL(env[variable] ?? '');
    const isGw = port === String(ownPort) && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
    if (isGw || host === new URL(preset.url).host) return [];
    // Without user and password, which an address may hold too.
    const address = terminalSafe(`${origin}${pathname === '/' ? '' : pathname}`);
    return [
      `note: ${variable} is ${address}, but ${key} is tried at ${preset.url}. If it is for the former: gw provider add NAME --preset ${name} --url ${address} --key env:${key}`,
    ];
  });
}

function isKey(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '' && value !== PLACEHOLDER_KEY;
}
