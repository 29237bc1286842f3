/** One place to send a request to: provider, model and the key used there. */
export interface Target {
  readonly provider: string;
  /** As the provider knows it; empty for operations without a model. */
  readonly model: string;
  /** Label of the key (`env:OPENAI_API_KEY`, `file:…`, `none`), never the key. */
  readonly key: string;
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
