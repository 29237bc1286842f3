// C0 and C1 controls, bidirectional overrides and isolates (CVE-2021-42574), zero-width joiners that hide text.
// oxlint-disable-next-line no-control-regex -- controls are what this is about
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;
const BEYOND_JSON = /[\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

/** JSON text that means the same and is safe for a terminal: JSON itself escapes no more than the first 32 characters. */
export function terminalSafeJson(json: string): string {
  return json.replace(BEYOND_JSON, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Text from elsewhere (model output, provider errors, header values, names) made safe for a terminal: one line,
 * no control or escape character, no bidirectional override. Line breaks and tabs become spaces, the rest
 * middle dots, so that nothing foreign can move the cursor, set a title or fake our own output.
 */
export function terminalSafe(text: string): string {
  return text.replace(UNSAFE, (found) => (found === '\n' || found === '\r' || found === '\t' ? ' ' : '·'));
}
