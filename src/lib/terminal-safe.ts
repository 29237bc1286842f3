// C0 and C1 controls, bidirectional overrides and isolates (CVE-2021-42574), zero-width joiners that hide text.
// oxlint-disable-next-line no-control-regex -- controls are what this is about
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

/**
 * Text from elsewhere (model output, provider errors, header values, names) made safe for a terminal: one line,
 * no control or escape character, no bidirectional override. Line breaks and tabs become spaces, the rest
 * middle dots, so that nothing foreign can move the cursor, set a title or fake our own output.
 */
export function terminalSafe(text: string): string {
  return text.replace(UNSAFE, (found) => (found === '\n' || found === '\r' || found === '\t' ? ' ' : '·'));
}
