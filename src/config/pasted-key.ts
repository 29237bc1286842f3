// The vendors' own prefixes: sk- (OpenAI, DeepSeek, OpenRouter, Anthropic), gsk_ (Groq), xai-, csk- (Cerebras),
// fw_ (Fireworks), tgp_ (Together), AIza (Google), hf_, pplx-, nvapi-, r8_, and JSON web tokens.
const PREFIXED =
  /(?:^|[^A-Za-z0-9])(?:(?:sk|xai|csk|pplx|nvapi)-|(?:gsk|fw|tgp|hf|r8)_|AIza|eyJ)[A-Za-z0-9_.-]{16,}/;
// Mistral's and older Together keys have no prefix: a long run of letters and digits with no word in it.
const UNPREFIXED = /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{28,}/;

/** True when a text that should be something else is certainly a credential: reason enough to refuse it. */
export function looksLikeKey(text: string): boolean {
  return PREFIXED.test(text);
}

/** True when a text may be a credential (an account number in an address looks the same): reason not to print it. */
export function mayBeKey(text: string): boolean {
  return PREFIXED.test(text) || UNPREFIXED.test(text);
}

/** Names a person chose, for an error message: without one that may be a credential. */
export function shownNames(names: Iterable<string>): string[] {
  return [...names].filter((name) => !mayBeKey(name));
}

/** A value for an error message: short, in quotes, and never one that may be a credential. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') {
    if (mayBeKey(value)) return 'a text that may be a key';
    return value.length > 60 ? `${JSON.stringify(value.slice(0, 57))}…` : JSON.stringify(value);
  }
  if (Array.isArray(value)) return 'a list';
  if (value === null || typeof value !== 'object') return String(value);
  return 'an object';
}
