/**
 * Set for the command behind `gw record` and `gw replay`: the address that what gw starts further down is to ask
 * instead of the daemon's own, so that clients with rules of their own (`gw launch`) are recorded and answered too.
 */
export const STAND_IN_VARIABLE = 'GW_STAND_IN';

/** That address, without a path; undefined where nothing stands in. Only this machine can: requests hold prompts. */
export function standInOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const address = env[STAND_IN_VARIABLE];
  return address !== undefined && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(address) ? address : undefined;
}
