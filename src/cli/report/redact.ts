// What must not leave this machine with a report, by its shape. Better one word too many than a key.
const SHAPES: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(Bearer|Basic)\s+[\w+/=.~-]{6,}/gi, '$1 [secret]'],
  [/\b(?:sk|rk|pk|gsk|xai|csk|fw|key|pplx|hf|nvapi|ghp|gho|glpat)[-_][\w-]{8,}/g, '[secret]'],
  [/\bAIza[\w-]{16,}/g, '[secret]'],
  [/\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, '[token]'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, '[secret]'],
  [/((?:api[-_]?key|token|secret|password|signature)["']?\s*[=:]\s*["']?)[^\s"',;&]{4,}/gi, '$1[secret]'],
  [/\b(?:org|proj|user|acct|team)[-_][A-Za-z0-9]{6,}/g, '[account]'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[mail address]'],
  [/(\/\/)[^/\s:@]+:[^/\s@]+@/g, '$1[secret]@'],
];

/** The text without keys, tokens, account names, mail addresses, and the name of whoever owns the home directory. */
export function redact(text: string, home: string | undefined): string {
  const shaped = SHAPES.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
  return home === undefined || home.length < 2 ? shaped : shaped.replaceAll(home, '~');
}
