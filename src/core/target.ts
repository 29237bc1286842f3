/** One place to send a request to: provider, model and the key used there. */
export interface Target {
  readonly provider: string;
  /** As the provider knows it; empty for operations without a model. */
  readonly model: string;
  /** Label of the key (`env:OPENAI_API_KEY`, `file:…`, `none`), never the key. */
  readonly key: string;
}

/** True when both are the same place. Asked for every exchange, so no text is made to compare them. */
export function sameTarget(a: Target, b: Target): boolean {
  return a === b || (a.provider === b.provider && a.model === b.model && a.key === b.key);
}

/** `provider/model`: how a target is written on a command line and in headers. Model names may have slashes. */
export function targetName(target: {
  readonly provider: string;
  readonly model: string | undefined;
}): string {
  return target.model === undefined || target.model === ''
    ? target.provider
    : `${target.provider}/${target.model}`;
}

/** Splits `provider/model` at the first slash; without one the caller's model is passed along. */
export function parseTargetName(text: string): { provider: string; model: string | undefined } {
  const slash = text.indexOf('/');
  if (slash === -1) return { provider: text, model: undefined };
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) || undefined };
}
