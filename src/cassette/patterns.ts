import type { MaskRule } from '../core/mask.ts';

/** No letter or digit stands before it: inside of words and pictures any few letters turn up by chance. */
const START = '(?<![A-Za-z0-9])';
const KEY_FIELDS =
  '(?:[a-z]+[-_])*(?:api_?key|access_?token|auth_?token|refresh_?token|secret|password|cookie)';
const ACCOUNT_FIELDS =
  'user|user_id|account_id|account_uuid|organization_id|organization_uuid|org_id|device_id|safety_identifier';

function rule(pattern: string, shown: string, flags = 'g'): MaskRule {
  return { pattern: new RegExp(pattern, flags), shown };
}

/** The value of a field of JSON, and of JSON that is itself a text in JSON, where quotes are escaped; `$1` keeps the rest. */
function fieldRules(names: string, shown: string): readonly MaskRule[] {
  return [
    rule(String.raw`("(?:${names})"\s*:\s*")(?:[^"\\]|\\.)+`, `$1${shown}`, 'gi'),
    rule(String.raw`(\\+"(?:${names})\\+"\s*:\s*\\+")(?:[^"\\]|\\{2,}"?|\\[^"\\])+`, `$1${shown}`, 'gi'),
    rule(String.raw`(\\*"(?:${names})\\*"\s*:\s*)\d+`, '$10', 'gi'),
  ];
}

/**
 * What is taken out of bodies by its shape, whoever it belongs to. Vendors' prefixes: sk- (OpenAI, Anthropic, DeepSeek,
 * OpenRouter), gsk_ (Groq), xai-, csk- (Cerebras), fw_ (Fireworks), tgp_ (Together), hf_, r8_ (Replicate), pplx-, nvapi-,
 * AIza and ya29. (Google), AKIA and ASIA (AWS), gh?_ and github_pat_ (GitHub), glpat- (GitLab), xox?- (Slack), eyJ (JSON
 * web tokens).
 */
export const PATTERNS: readonly MaskRule[] = [
  rule(`-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?`, '[secret]'),
  rule(`${START}(?:sk|rk|pk|xai|csk|pplx|nvapi|glpat)-[\\w-]{16,}`, '[secret]'),
  rule(`${START}(?:gsk|fw|tgp|hf|r8|gh[opsur]|github_pat|sk|rk)_\\w{16,}`, '[secret]'),
  rule(`${START}xox[a-z]-[\\w-]{10,}`, '[secret]'),
  rule(`(?<![A-Za-z0-9+/])AIza[\\w-]{30,}`, '[secret]'),
  rule(`${START}ya29\\.[\\w-]{16,}`, '[secret]'),
  rule(`${START}(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])`, '[secret]'),
  rule(`${START}eyJ[\\w-]{8,}\\.[\\w-]{4,}(?:\\.[\\w-]*)?`, '[secret]'),
  rule('\\b(Bearer|Basic)\\s+[\\w+/=.~-]{12,}', '$1 [secret]', 'gi'),
  rule('(://)[^/\\s:@"\\\\]+:[^/\\s@"\\\\]+@', '$1[secret]@'),
  ...fieldRules(KEY_FIELDS, '[secret]'),
  ...fieldRules(ACCOUNT_FIELDS, '[account]'),
  rule(`${START}(?:org|proj|user)[-_][A-Za-z0-9]{16,}`, '[account]'),
  rule('(\\barn:aws[\\w-]*:[\\w-]*:[\\w-]*:)\\d{12}', '$1[account]'),
  rule('(\\bprojects/)[a-z][a-z0-9-]{4,28}[a-z0-9](?=/locations/)', '$1[account]'),
  rule(`(?<![\\w.+-])[A-Za-z0-9_][\\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63})+`, '[mail]'),
];
