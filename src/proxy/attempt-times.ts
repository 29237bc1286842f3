/** Silence after which the caller gets a sign of life: proxies on the way close idle connections after 30 s and more. */
export const KEEP_ALIVE_MS = 15_000;
/** A timer this late means that this process stood still (sleep, stop, load): the provider is given time to be heard. */
export const LAG_MS = 250;
export const GRACE_MS = 1000;
/** Timers may fire a millisecond early by this clock. */
export const EARLY_MS = 1;
/** How long a provider may keep the connection after its end mark before it is cut off. */
export const LINGER_MS = 2000;
/** The status of a failure says what matters; its words are waited for this long, then the next target has its turn. */
export const ERROR_BODY_MS = 2000;
